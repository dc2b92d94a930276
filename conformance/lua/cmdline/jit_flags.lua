-- -j and -O are accepted.
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
for _, c in ipairs{ "-joff -e 'print(jit.status() == false)'", "-jon -e 'print(1)'",
  "-joff -e 'local s = 0 for i = 1, 1e4 do s = s + i end print(s)'", "-O0 -e 'print(1)'", "-O3 -e 'print(1)'",
  "-O -e 'print(1)'", "-O+fold,-cse -e 'print(1)'", "-Ohotloop=5 -e 'print(1)'", "-Onosuch -e 'print(1)'",
  "-O9 -e 'print(1)'", "-jnosuch -e 'print(1)'", "-j off -e 'print(1)'", "-jflush -e 'print(1)'" } do
  sh("luajit " .. c)
end
