-- -i with standard input that is no terminal.
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
local function clean(s) return s end
sh("luajit -i 2>&1 | sed -e 1d -e /^JIT:/d",
  "print(1)\nx = 5\nprint(x)\n=x + 1\n= 1, 2, nil\nerror('e')\nlocal y = 1\nprint(y)\nfor i = 1, 2 do\nprint(i)\nend\nx = = 1\nfunction f()\nreturn 7\nend\n=f()\nreturn 9\n")
sh("luajit -i -e 'z = 3' 2>&1 | sed -e 1d -e /^JIT:/d", "print(z)\n")
file("s.lua", "print('script first') q = 8")
sh("luajit -i s.lua 2>&1 | sed -e 1d -e /^JIT:/d", "print(q)\n")
sh("luajit -i 2>&1 | sed -e 1d -e /^JIT:/d", "nil.x\n=nil\n=\n\nos.exit(6)\n")
sh("luajit -i 2>&1 | sed -e 1d -e /^JIT:/d",
  "=setmetatable({}, {__tostring = function() return 'ts' end})\n='a\\0b'\nprint(_PROMPT)\n")
