-- How chunk names are shortened in messages.
local names = { "=name", "=", "= name", "@file.lua", "@", "name", "", "return 1", "line1\nline2", "\nx",
  "=line1\nline2", "@a\nb", "=" .. ("x"):rep(58), "=" .. ("x"):rep(59), "=" .. ("x"):rep(60), "=" .. ("x"):rep(61),
  "=" .. ("x"):rep(100), "@" .. ("y"):rep(59), "@" .. ("y"):rep(60), "@/path/" .. ("z"):rep(55) .. "/f.lua",
  "@/path/" .. ("z"):rep(100) .. "/f.lua", ("s"):rep(40), ("s"):rep(43), ("s"):rep(44), ("s"):rep(45), ("s"):rep(46),
  ("s"):rep(47), ("s"):rep(48), ("s"):rep(49), ("s"):rep(50), ("s"):rep(60), ("s"):rep(100), "a\rb", "a\tb", "\1\2",
  "[string]", "=[C]", "=(load)", "=stdin", "short\n", ("l"):rep(50) .. "\nmore", "é" .. ("s"):rep(60), "=a\0b",
  "x\0y" }
local function show(s) return (s:gsub("[^ -~]", function(c) return ("<%d>"):format(c:byte()) end)) end
for _, n in ipairs(names) do
  print(show((select(2, loadstring("x =", n)))))
  local f = loadstring("return debug.getinfo(1, 'S')", n)
  local i = f() print(show(i.source), show(i.short_src), i.what)
  print(show(tostring(select(2, pcall(loadstring("error('e')", n))))))
end
print(select(2, loadstring("x =")))
print(select(2, load(function() return nil end)))
print(select(2, loadstring("x =\n1 1")))
print(select(2, load((function()
  local n = 0
  return function() n = n + 1 if n == 1 then return "x = = y" end end
end)())))
print(show((select(2, loadstring("x = 1 '\0' y"))))) print(show((select(2, loadstring("-- comment\nx x")))))
