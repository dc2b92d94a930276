-- io.lines and file:lines with formats; closing; errors.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local f = io.open("l.txt", "w")
f:write("one\ntwo\n\nfour")
f:close()
for l in io.lines("l.txt") do io.write("[", l, "]") end
print()
for l in io.lines("l.txt", "*L") do io.write("[", l, "]") end
print()
for c in io.lines("l.txt", 3) do io.write("[", c, "]") end
print()
for a, b in io.lines("l.txt", 1, "*l") do io.write("[", a, "|", tostring(b), "]") end
print()
for a in io.lines("l.txt", "*a") do io.write("[", #a, "]") if a == "" then break end end
print()
local h = io.open("l.txt")
for l in h:lines() do io.write(l, ";") end
print(io.type(h), h:read("*a"), h:read())
h:close()
h = io.open("l.txt")
for l in h:lines() do if l == "two" then break end end
print(h:read())
print(h:read())
h:close()
print(pcall(h.lines, h))
local it = io.lines("l.txt")
print(it(), it(), it(), it(), it())
print(pcall(it))
print(pcall(io.lines, "no_such_file"))
print(pcall(function() for l in io.lines("no_such_file") do end end))
print(pcall(io.lines, {}))
print(pcall(io.lines, "l.txt", "*x"))
print(pcall(io.lines("l.txt", "*x")))
print(pcall(function() for l in io.lines("l.txt", "*n") do print(l) end end))
local e = io.open("e.txt", "w")
e:close()
for l in io.lines("e.txt") do print("never") end
e = io.open("e.txt", "w")
e:write("\n")
e:close()
for l in io.lines("e.txt") do print(#l) end
e = io.open("e.txt", "w")
e:write("1 2 3\n4 5\n")
e:close()
for n in io.lines("e.txt", "*n") do io.write(n, " ") end
print()
for a, b in io.lines("e.txt", "*n", "*n") do print(a, b) end
io.input("l.txt")
for l in io.lines() do io.write(l, ",") end
print(io.type(io.input()))
print(io.read())
io.input():close()
print(pcall(io.read))
print(pcall(io.lines))
io.input(io.stdin)
for _, k in ipairs{ 1, 2, 300 } do
  local g = io.open("e.txt", "w")
  g:write(("x"):rep(k), "\n", ("y"):rep(k))
  g:close()
  for l in io.lines("e.txt") do io.write(#l, " ") end
end
print()
local w = io.open("e.txt", "w")
print(pcall(function() for l in w:lines() do print("l", l) end end))
w:close()
os.remove("l.txt")
os.remove("e.txt")
