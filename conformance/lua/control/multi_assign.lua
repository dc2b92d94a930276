-- Multiple assignment: evaluation order, swaps, adjustment.
local a, b, c = 1, 2 print(a, b, c) a, b, c = c, a, b print(a, b, c) a, b = 1, 2, 3 print(a, b)
local function f() return 1, 2, 3 end
local x, y, z, w = f()
print(x, y, z, w)
x, y, z, w = 0, f()
print(x, y, z, w)
x, y, z, w = f(), 10
print(x, y, z, w)
x, y = (f())
print(x, y)
x, y, z = f(), f()
print(x, y, z)
local i = 1 local t = {} i, t[i] = i + 1, 20 print(i, t[1], t[2])
local q = { 1, 2, 3 } q[1], q[2], q[3] = q[3], q[1], q[2] print(q[1], q[2], q[3])
local log = {}
local mt = { __newindex = function(_, k, v) log[#log + 1] = k .. "=" .. tostring(v) end,
  __index = function(_, k) log[#log + 1] = "get " .. k return 0 end }
local p = setmetatable({}, mt)
p.a, p.b, p.c = 1, 2, 3
print(table.concat(log, " "))
log = {}
p.a, p.b = p.b, p.a
print(table.concat(log, " "))
local o = { v = 1 } local oo = o o, o.v = { v = 5 }, 7 print(o.v, oo.v)
do local a a, a, a = 1, 2, 3 print(a) end
g1, g2, g3 = (function() return "x", "y" end)() print(g1, g2, g3)
local function va(...) local a, b = ... return b, a end print(va(1, 2, 3)) print(va(1)) print(va())
local n = nil local m, k = n, nil print(m, k)
