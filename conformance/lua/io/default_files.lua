-- stdin: first line\nsecond 42 3.5\nrest of\ninput
-- io.input, io.output, io.read, io.write, io.close, standard files.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
print(io.read())
print(io.read("*l"))
print(io.read(4), io.read("*a"))
print(io.read(), io.read("*a"), io.read(0))
print(io.type(io.stdin), io.type(io.stdout), io.type(io.stderr), io.type(5), io.type("x"), io.type({}),
  pcall(io.type))
print(io.input() == io.stdin, io.output() == io.stdout, tostring(io.stdin):match("^file %(") ~= nil)
local f = io.open("o.txt", "w")
print(io.output(f) == f, io.output() == f)
io.write("to file ", 12, "\n")
print("still stdout")
io.close()
print(io.type(f))
print(pcall(io.write, "x"))
io.output(io.stdout)
print(io.open("o.txt"):read("*a"))
io.output("o2.txt")
io.write("second")
io.output():close()
io.output(io.stdout)
print(io.open("o2.txt"):read("*a"))
print(pcall(io.input, "no_such"))
print(pcall(io.output, "no/such"))
print(pcall(io.input, {}))
print(pcall(io.output, 5))
io.input("o2.txt")
print(io.read(3), io.read("*a"), io.read())
io.close(io.input())
print(pcall(io.read))
print(pcall(io.close))
