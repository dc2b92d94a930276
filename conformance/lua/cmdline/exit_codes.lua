-- Exit codes of every way to end.
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
for _, c in ipairs{ "os.exit()", "os.exit(0)", "os.exit(1)", "os.exit(255)", "os.exit(256)", "os.exit(-1)",
  "os.exit(true)", "os.exit(false)", "os.exit(3.9)", "os.exit(\"5\")", "os.exit(0, true)", "os.exit(7, true)",
  "error(1)", "error()", "error({})", "return", "return 5", "return false", "x.y.z = 1",
  "coroutine.wrap(function() os.exit(21) end)()", "pcall(os.exit, 22)",
  "setmetatable(_G, {__index = function() os.exit(23) end}) print(zzz)",
  "string.gsub(\"x\", \"x\", function() os.exit(24) end)",
  "local p = newproxy(true) getmetatable(p).__gc = function() os.exit(25) end p = nil collectgarbage()",
  "io.stdout:close() os.exit(2)", "io.write(\"partial\") os.exit(0)",
  "io.stdout:setvbuf(\"full\") io.write(\"buffered\") os.exit(0)",
  "io.stdout:setvbuf(\"full\") io.write(\"buffered\") error(\"x\", 0)" } do sh("luajit -e '" .. c .. "'") end
