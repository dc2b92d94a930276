-- select, ..., adjustment, nils, many arguments.
local function n(...) return select("#", ...) end
local function pack(...) return { n = select("#", ...), ... } end
print(n(), n(nil), n(nil, nil), n(1, nil, 3, nil), n(n()), n((n())), n(unpack({}, 1, 5)))
local function show(...)
  local p = pack(...)
  for i = 1, p.n do p[i] = tostring(p[i]) end
  return p.n, table.concat(p, ",", 1, p.n)
end
print(show()) print(show(nil)) print(show(1, nil, nil)) print(show(...)) print(show((...)))
local function first(...) return (...) end
local function two(...) local a, b = ... return a, b end
local function rest(a, ...) return ... end
print(first(1, 2), n(first()), two(1), n(two()), rest(1, 2, 3)) print(n(rest()), n(rest(1)), n(rest(1, nil)))
for i = -4, 4 do print(i, pcall(select, i, "a", "b", "c")) end
print(pcall(select, "#"))
print(pcall(select, "#", 1, nil))
print(pcall(select, "2", "a", "b"))
print(pcall(select, 1.9, "a", "b"))
print(pcall(select))
print(pcall(select, "x"))
print(pcall(select, {}))
print(pcall(select, 100, 1))
print(pcall(select, -1))
print(pcall(select, 1))
local function mid(...) return 0, ..., 9 end
print(mid(1, 2, 3))
print(mid())
local function both(...) return ..., ... end
print(both(1, 2))
print((both(1, 2)))
local t = { mid(5, 6), mid(7, 8) } print(#t, t[1], t[2], t[3], t[4]) print(#{ ..., n() }, #{ (mid(1)) })
local function sum(...) local s = 0 for i = 1, select("#", ...) do s = s + (select(i, ...)) end return s end
print(sum(1, 2, 3, 4, 5), sum())
local big = {}
for i = 1, 240 do big[i] = i end
print(sum(unpack(big)), n(unpack(big)), select(240, unpack(big)))
for _, c in ipairs{ 1000, 5000, 7900 } do
  local b = {}
  for i = 1, c do b[i] = 1 end
  print(n(unpack(b)), sum(unpack(b, 1, 100)), (select(-1, unpack(b))))
end
local function rev(a, ...)
  if a == nil then return end
  local function app(x, ...) return ... end
  return (function(...) local r = pack(...) r[r.n + 1] = a return unpack(r, 1, r.n + 1) end)(rev(...))
end
print(rev(1, 2, 3, 4))
local function assign(...) local a, b, c = ..., "x" return a, b, c end
print(assign(1, 2, 3))
print(assign())
local g = {}
g.a, g.b, g.c = (function(...) return ... end)(1, 2)
print(g.a, g.b, g.c)
local co = coroutine.wrap(function(...)
  local p = pack(...)
  while true do p = pack(coroutine.yield(p.n, unpack(p, 1, p.n))) end
end)
print(co(1, nil))
print(co())
print(co(nil, nil, nil))
print(pcall(function(...) return n(...), ... end, nil, nil))
print((function(...) local function inner() return 5 end return inner(...), ... end)(1, 2))
local function shift(...) local a, b, c = select(2, ...) return a, b, c end
print(shift(1, 2, 3, 4, 5))
print(math.max(unpack(big)), string.char(unpack({ 72, 105 })), #table.concat({ unpack(big, 1, 9) }))
local v = (function(...) local s = "" for _, x in ipairs{ ... } do s = s .. x end return s end)("a", "b", nil, "c")
print(v)
print(pcall(unpack))
print(pcall(unpack, 1))
print(unpack({ 1, 2, 3 }, 2))
print(unpack({ 1, 2, 3 }, 2, 2))
print(unpack({ 1, 2, 3 }, 3, 2))
print(unpack({ 1, 2 }, -1, 1))
print(pcall(unpack, {}, 1, 1e7))
print(pcall(unpack, {}, 1, 1e6 * 9))
print(pcall(unpack, {}, "x"))
print(n(unpack({}, 1, 3)))
print(unpack({ 1, nil, 3 }, 1, 3))
print(unpack({ 1, 2 }, 1.7, 2.3))
print(unpack("abc" and { 7 }))
print(n(unpack({}, -2147483648, -2147483647)), pcall(unpack, {}, -2147483648, 2147483647))
