-- A script that does not exist, is a folder, or is empty.
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
file("empty.lua", "")
file("syntax.lua", "x = = 1\n")
file("runtime.lua", "local function f() error('rt') end\nf()\n")
file("ret.lua", "return 1, 2, 3")
file("exit.lua", "os.exit(12)")
for _, c in ipairs{ "nope.lua", "empty.lua", "syntax.lua", "runtime.lua", "ret.lua", "exit.lua", ".", "''",
  "nope.lua a b", "-e 'print(1)' nope.lua", "nope/x.lua" } do sh("luajit " .. c) end
