-- -v prints a banner and goes on.
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
for _, c in ipairs{ "luajit -v | wc -l", "luajit -v -e 'print(5)' | tail -1", "luajit -v - | tail -1",
  "luajit -e 'print(1)' -v | tail -1" } do sh(c, "print('stdin')") end
