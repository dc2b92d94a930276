-- -l with modules.
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
file("mod.lua", "print('mod loaded', ...) modglobal = 5 return { v = 1 }")
file("bad.lua", "error('bad module')")
os.execute("mkdir -p pk")
file("pk/sub.lua", "print('sub', ...)")
for _, c in ipairs{ "-l mod -e 'print(modglobal)'", "-lmod -e 'print(package.loaded.mod.v)'",
  "-l mod -l mod -e 'print(mod)'", "-l string -e 'print(string)' | grep -c table", "-l bad", "-l pk.sub -e ''",
  "-lmod", "-e 'print(1)' -lmod -e 'print(2)'" } do sh("luajit " .. c) end
sh("LUA_PATH='./?.lua' LUA_CPATH='./?.so' luajit -l nomod -e 'print(1)'")
