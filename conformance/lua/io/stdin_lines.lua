-- stdin: 1\n2\nthree\n\n5.5 6\n
-- Lines and numbers from standard input.
for l in io.lines() do io.write("<", l, ">") if l == "three" then break end end
print()
print(io.read("*n", "*n", "*l"))
print(io.read("*n"))
print(io.stdin:read("*a") == "")
print(io.stdin:close())
print(pcall(io.read))
