-- LUA_PATH and LUA_CPATH, the default marker ;;, -E.
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
os.execute("mkdir -p lib") file("lib/inlib.lua", "return 'in lib'")
for _, c in ipairs{ "LUA_PATH='./lib/?.lua' luajit -e 'print(package.path, require(\"inlib\"))'",
  "LUA_PATH='x;;y' luajit -e 'print((package.path:gsub(\"^x;.*;y$\", \"wrapped\")))'",
  "LUA_PATH=';;./lib/?.lua' luajit -e 'print(require(\"inlib\"))'", "LUA_PATH='' luajit -e 'print(#package.path)'",
  "LUA_PATH='./lib/?.lua' luajit -E -e 'print(pcall(require, \"inlib\") == false)'",
  "LUA_CPATH='./c/?.so' luajit -e 'print(package.cpath)'",
  "LUA_CPATH='./c/?.so' luajit -e 'package.path = \"\" print(pcall(require, \"q\"))'" } do sh(c) end
