-- Passing too few and too many arguments; evaluation order; many parameters.
local function f(a, b, c) return a, b, c end
print(f())
print(f(1))
print(f(1, 2, 3, 4))
print(f(f(1, 2)))
print(f(0, f(1, 2)))
print(f(f(1), f(2)))
print((f(1, 2)))
local log = {}
local function v(x) log[#log + 1] = tostring(x) return x end
f(v(1), v(2), v(3), v(4))
print(table.concat(log, " "))
log = {}
local t = { [v("k")] = v("v"), m = function() end }
v(t).m(v(1), v(2))
print(#log)
log = {} (v(f))(v("a"), v("b"))
print(log[2], log[3])
local p, q = {}, {}
for i = 1, 200 do p[i] = "p" .. i q[i] = i end
local g = loadstring("return function(" .. table.concat(p, ",") .. ") return p1 + p100 + p200, p200 end")()
print(g(unpack(q)))
print(pcall(g))
-- (The line in LuaJIT's message about too many parameters is that of uninitialised memory.)
print(select(2, loadstring("local function f(" .. table.concat(p, ",") .. ") local x end", "=p")))
local args = {}
for i = 1, 250 do args[i] = tostring(i) end
for _, n in ipairs{ 100, 200, 240, 245, 246, 247, 248, 249, 250 } do
  local s = "return select('#', " .. table.concat(args, ",", 1, n) .. ")"
  local h, e = loadstring(s, "=a")
  print(n, h and h() or e)
end
local function d(a, b) a = a or "da" if b == nil then b = "db" end return a, b end
print(d())
print(d(false, false))
print(d(1))
local function mod(x) x = x + 1 return x end
local y = 1
print(mod(y), y)
local function modt(t) t.v = 1 t = nil return t end
local u = {}
print(modt(u), u.v)
print(type(f), f == f, tostring(f):match("^function: ") ~= nil)
print((function(a, ...) local b = ... return a, b end)(1, 2, 3))
print(#arg, arg[0])
