-- -e in its forms.
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
for _, c in ipairs{ "-e 'print(1)'", "-e 'print(1)' -e 'print(2)'", "-e'print(3)'", "-e 'x = 5' -e 'print(x)'",
  "-e ''", "-e 'x = = 1'", "-e 'error(\"boom\")'", "-e 'error({})'", "-e 'error()'", "-e 'os.exit(4)'",
  "-e 'local t = nil; t.x = 1'", "-e 'print(...)'", "-e 'print(#arg, arg[0])'", "-e 'print(arg[0], arg[1])' x.lua",
  "-e 'return 5'", "-e 'io.stderr:write(\"err\\n\")'", "-e 'print(1)' -e 'error(2)' -e 'print(3)'",
  "-e 'print(debug.getinfo(1, \"S\").short_src)'", "-e 'coroutine.yield()'" } do sh("luajit " .. c) end
