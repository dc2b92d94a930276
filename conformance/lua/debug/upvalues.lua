-- getupvalue, setupvalue, upvalueid, upvaluejoin.
local a, b, c = 1, 2, 3
local function f() return a, b end
local function g() return b, c end
for i = 0, 3 do print(i, debug.getupvalue(f, i)) end
print(debug.setupvalue(f, 1, "A"), a, f())
print(debug.setupvalue(f, 3, "x"))
print(debug.upvalueid(f, 2) == debug.upvalueid(g, 1), debug.upvalueid(f, 1) == debug.upvalueid(g, 1),
  type(debug.upvalueid(f, 1)))
print(pcall(debug.upvalueid, f, 3))
print(pcall(debug.upvalueid, f, 0))
debug.upvaluejoin(f, 1, g, 2)
print(f(), c)
c = "C"
print(f())
print(pcall(debug.upvaluejoin, f, 5, g, 1))
print(pcall(debug.upvaluejoin, f, 1, g, 5))
print(pcall(debug.upvaluejoin, print, 1, f, 1))
for _, e in ipairs{ "debug.getupvalue()", "debug.getupvalue(1)", "debug.getupvalue(print)",
  "debug.getupvalue(print, 'x')", "debug.setupvalue()", "debug.setupvalue(print, 1)", "debug.upvalueid()",
  "debug.upvalueid(1, 1)", "debug.upvaluejoin()", "debug.upvaluejoin(print, 1)", "debug.getupvalue({}, 1)",
  "debug.setupvalue(1, 1, 1)" } do
  print(e, pcall(assert(loadstring("return (function(...) return ... end)(" .. e .. ")", "=e"))))
end
local function counter() local n = 0 return function() n = n + 1 return n end end
local c1, c2 = counter(), counter()
c1()
c1()
print(debug.getupvalue(c1, 1))
debug.setupvalue(c1, 1, 10)
print(c1(), c2())
debug.upvaluejoin(c1, 1, c2, 1)
print(c1(), c2(), c1())
local function nest() return function() return a + 0 end end
print(pcall(nest()))
print(debug.getinfo(f, "u").nups, debug.getinfo(nest, "u").nups, debug.getinfo(nest(), "u").nups)
local function rec(n) if n == 0 then return "end" end return rec(n - 1) end
print((debug.getupvalue(rec, 1)), select(2, debug.getupvalue(rec, 1)) == rec)
local names = {}
for k in pairs(debug) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
print(debug.getupvalue(loadstring("return x"), 1))
