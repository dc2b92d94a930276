-- Reading the program from standard input.
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
sh("luajit -", "print('from stdin', ...)")
sh("luajit", "print('no args', arg[0])")
sh("luajit - x y", "print(...)")
sh("luajit -", "x = = 1")
sh("luajit -", "error('e')")
sh("luajit -", "#!shebang\nprint('after shebang')")
sh("luajit -", "")
sh("luajit", "")
sh("luajit -e 'print(1)'", "print('not read')")
sh("luajit -", "print(io.read())\nrest")
sh("luajit - -", "print(...)")
sh("luajit", "local function f() error('in f') end f()")
