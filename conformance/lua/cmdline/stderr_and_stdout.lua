-- What goes to which stream.
local function sh(cmd, input)
  if input then
    local f = io.open("in.txt", "w")
    f:write(input)
    f:close()
    cmd = "(" .. cmd .. ") < in.txt"
  else cmd = "(" .. cmd .. ") < /dev/null" end
  local p = io.popen(cmd .. " 2>&1; echo \"[exit $?]\"")
  io.write("$ ", cmd, "\n", (p:read("*a"):gsub("at 0x%x+", "at 0x?")))
  p:close()
end
local function file(name, text) local f = io.open(name, "w") f:write(text) f:close() end
local function streams(c)
  local p = io.popen("luajit " .. c .. " > o.txt 2> e.txt; echo $?")
  local code = p:read("*l")
  p:close()
  print(c, code)
  print("out", (io.open("o.txt"):read("*a"):gsub("\n", "~")))
  print("err", (io.open("e.txt"):read("*a"):gsub("\n", "~"):gsub("at 0x%x+", "at 0x?")))
end
for _, c in ipairs{ "-e 'print(1) error(2)'", "-e 'io.write(1) io.stderr:write(2)'", "-e 'x = = 1'", "nofile.lua",
  "-e 'print(1) os.exit(3)'", "-e 'warn = 1'", "-e 'error(\"a\\nb\")'", "-e 'error(\"\")'",
  "-e 'error(\"no pos\", 0)'", "-e 'error(5)'", "-e 'error(nil)'", "-e 'error(true)'",
  "-e 'error(setmetatable({}, {__tostring = function() return \"T\" end}))'",
  "-e 'error(setmetatable({}, {__tostring = function() return 5 end}))'",
  "-e 'local p = newproxy(true) getmetatable(p).__gc = function() error(\"g\") end'", "-e 'print(debug.traceback())'",
  "-e 'debug.traceback = nil error(1)'", "-e 'debug = nil error(1)'",
  "-e 'debug.traceback = function(m) return \"tb:\" .. tostring(m) end error(1)'" } do streams(c) end
