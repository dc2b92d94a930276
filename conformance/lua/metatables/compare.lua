-- __eq, __lt, __le: when they are called, and with what.
local log = {}
local function cmp(ev) return function(a, b) log[#log + 1] = ev .. " " .. a.n .. " " .. b.n return a.v < b.v end end
local mt = { __lt = cmp "lt", __le = function(a, b)
  log[#log + 1] = "le " .. a.n .. " " .. b.n
  return a.v <= b.v
end, __eq = function(a, b)
  log[#log + 1] = "eq " .. a.n .. " " .. b.n
  return a.v == b.v
end }
local function o(n, v, m) return setmetatable({ n = n, v = v }, m or mt) end
local a, b, c = o("a", 1), o("b", 2), o("c", 1)
local function flush(...) print(table.concat(log, "; "), ...) log = {} end
flush(a < b)
flush(a > b)
flush(a <= b)
flush(a >= b)
flush(a == b)
flush(a ~= b)
flush(a == c)
flush(a ~= c)
flush(a == a)
flush(a < a)
flush(not (a < b))
flush(not (a == b))
flush(a == 1)
flush(a == nil)
flush(1 == a)
flush(rawequal(a, c))
if a < b then flush("if lt") end
if not (a <= b) then flush("x") else flush("else le") end
if a == c then flush("if eq") end
while a ~= c do break end
flush("while")
local nole = { __lt = function(x, y) log[#log + 1] = "lt " .. x.n .. " " .. y.n return x.v < y.v end }
local d, e = o("d", 1, nole), o("e", 2, nole)
flush(d < e)
flush(d <= e)
flush(e <= d)
flush(d >= e)
flush(d <= d)
flush(d > e)
local noeq = { __eq = function() log[#log + 1] = "noeq" return true end }
local f, g = o("f", 1, noeq), o("g", 2, noeq)
flush(f == g)
flush(f ~= g)
flush(pcall(function() return f < g end))
local m1, m2 = { __eq = function() log[#log + 1] = "m1" return true end }, { __eq = function()
  log[#log + 1] = "m2"
  return true
end }
flush(o("h", 1, m1) == o("i", 1, m2))
flush(o("h", 1, m1) == {})
local shared = function() log[#log + 1] = "shared" return true end
flush(o("j", 1, { __eq = shared }) == o("k", 1, { __eq = shared }))
flush(pcall(function() return o("l", 1, { __lt = shared }) < o("m", 1, { __lt = function() end }) end))
flush(pcall(function() return a < 1 end))
flush(pcall(function() return 1 < a end))
flush(pcall(function() return a < "x" end))
flush(pcall(function() return a <= {} end))
flush(pcall(function() return {} < {} end))
flush(pcall(function() return {} <= a end))
flush(pcall(function() return print < print end))
flush(pcall(function() return nil < nil end))
flush(pcall(function() return 1 < "1" end))
flush(pcall(function() return true < false end))
flush(pcall(function() return {} < 1 end))
flush(pcall(function() return nil >= 1 end))
for _, r in ipairs{ 1, 0, "", "x", false } do
  local m = { __lt = function() return r end, __eq = function() return r end, __le = function() return r end }
  local x, y = setmetatable({}, m), setmetatable({}, m)
  print(x < y, x == y, x <= y, x ~= y, x > y, not (x < y))
end
local m = { __lt = function() return nil end, __eq = function() end }
local x, y = setmetatable({}, m), setmetatable({}, m)
print(x < y, x == y, x ~= y, x <= y)
local u1, u2 = newproxy(true), nil
u2 = newproxy(u1)
getmetatable(u1).__eq = function() return true end
getmetatable(u1).__lt = function() return true end
print(u1 == u2, u1 < u2, u1 ~= u2, u1 == {})
local t = {}
for i = 1, 6 do t[i] = o("t" .. i, (i * 7) % 5) end
table.sort(t)
for i = 1, 6 do io.write(t[i].v, " ") end
print()
print(pcall(function() return setmetatable({}, { __lt = 5 }) < setmetatable({}, { __lt = 5 }) end))
print(pcall(function()
  return setmetatable({}, { __eq = function() error("in eq", 0) end }) == setmetatable({}, { __eq = function() end })
end))
local E = { __eq = function() error("in eq", 0) end }
print(pcall(function() return setmetatable({}, E) == setmetatable({}, E) end))
print(math.max(1, 2), pcall(math.max, a, b))
print(({ [a] = "key" })[c], ({ [a] = "key" })[a])
