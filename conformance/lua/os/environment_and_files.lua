-- getenv, setlocale, tmpname, rename, remove, execute, exit types.
-- (the directive below is read only at the top, so the environment is the harness's own)
print(os.getenv("NO_SUCH_VARIABLE_X"), os.getenv("LC_ALL"), os.getenv("TZ"), os.getenv(""), os.getenv("A=B"),
  pcall(os.getenv), pcall(os.getenv, {}), pcall(os.getenv, 5))
print(os.setlocale(), os.setlocale(nil), os.setlocale("C"), os.setlocale("no_such_locale"), os.setlocale(nil, "all"),
  os.setlocale("C", "numeric"), os.setlocale("C", "time"), pcall(os.setlocale, "C", "bad"), pcall(os.setlocale, {}),
  os.setlocale("POSIX"), os.setlocale(""))
local n = os.tmpname()
print(type(n), #n > 0, io.open(n) ~= nil, os.remove(n), io.open(n) == nil)
print(os.remove("no_such_file"))
print(os.remove(""))
print(pcall(os.remove))
print(pcall(os.remove, {}))
local f = io.open("a.txt", "w")
f:write("x")
f:close()
print(os.rename("a.txt", "b.txt"))
print(io.open("a.txt") == nil, io.open("b.txt"):read("*a"))
print(os.rename("a.txt", "c.txt"))
print(os.rename("b.txt", "no_dir/c.txt"))
print(pcall(os.rename, "x"))
print(pcall(os.rename))
print(os.remove("b.txt"))
print(os.remove("b.txt"))
print(os.execute("exit 0"), os.execute("exit 3"), os.execute("true"), os.execute("false"), os.execute(),
  os.execute("kill -9 $$"), os.execute("no_such_command_xyz 2>/dev/null"))
os.execute("mkdir d")
print(os.remove("d"))
os.execute("mkdir d2; touch d2/f")
print(os.remove("d2"))
local names = {}
for k in pairs(os) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
io.stdout:write("unflushed ")
os.execute("")
print(pcall(os.execute, {}))
print(pcall(os.exit, "x"))
print(pcall(os.exit, {}))
