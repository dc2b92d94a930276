-- arg with its negative indices, and varargs of the script.
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
file("a.lua",
  [[local n = 0 for i in pairs(arg) do if i < n then n = i end end for i = n, #arg do print(i, arg[i]) end print("...", select("#", ...), ...)]])
for _, c in ipairs{ "a.lua", "a.lua 1 2", "a.lua '' ' x y '", "-e '' a.lua p", "-- a.lua p", "a.lua -e x",
  "a.lua -- y", "a.lua -", "-e 'y = 1' -- a.lua q", "-joff a.lua r", "-O3 a.lua s", "-E a.lua t", "-l string a.lua u",
  "./a.lua v", "-lstring -e 'z=1' a.lua w" } do sh("luajit " .. c) end
sh("luajit - a b", "print(arg[0], arg[1], arg[2], ...)") sh("luajit -e 'x = 1' - a", "print(x, arg[0], arg[1], ...)")
