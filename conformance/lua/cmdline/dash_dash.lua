-- -- ends the flags.
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
file("-weird.lua", "print('weird', ...)")
file("plain.lua", "print('plain', ...)")
for _, c in ipairs{ "-- plain.lua a", "-- -weird.lua b", "-e 'x = 1' -- plain.lua", "--", "-- -e 'print(1)'",
  "./-weird.lua c", "-e 'print(1)' --" } do sh("luajit " .. c, "print('stdin read')") end
