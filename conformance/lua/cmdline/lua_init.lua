-- LUA_INIT as code and as a file.
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
file("init.lua", "print('init file', ...) init_ran = true")
file("s.lua", "print('script', init_ran, x, ...)")
file("initbad.lua", "error('init fails')")
for _, c in ipairs{ "LUA_INIT='print(\"init\")' luajit s.lua", "LUA_INIT='x = 5' luajit s.lua a",
  "LUA_INIT='@init.lua' luajit s.lua", "LUA_INIT='@nope.lua' luajit s.lua", "LUA_INIT='x = = 1' luajit s.lua",
  "LUA_INIT='error(\"e\")' luajit s.lua", "LUA_INIT='@initbad.lua' luajit s.lua", "LUA_INIT='' luajit s.lua",
  "LUA_INIT='x = 1' luajit -e 'print(x)'", "LUA_INIT='x = 1' luajit -E -e 'print(x)'",
  "LUA_INIT='os.exit(3)' luajit s.lua", "LUA_INIT='print(arg and arg[0], ...)' luajit s.lua q",
  "LUA_INIT='@' luajit s.lua", "LUA_INIT='x = 2' luajit - < s.lua", "LUA_INIT='print(1)' luajit -v | wc -l" } do
  sh(c)
end
