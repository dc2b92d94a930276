-- Table constructors: order, nils, trailing calls, large ones.
local function show(t) local r = {} for i = 1, 12 do r[i] = tostring(t[i]) end return #t, table.concat(r, " ") end
local function f() return "a", "b", "c" end local function none() end
print(show{})
print(show{ 1 })
print(show{ 1, 2, 3 })
print(show{ f() })
print(show{ f(), f() })
print(show{ f(), nil })
print(show{ (f()) })
print(show{ none() })
print(show{ none(), 1 })
print(show{ 1, none() })
print(show{ f(), [5] = "x" })
print(show{ [1] = "z", f() })
print(show{ [1] = "z", "first" })
print(show{ "first", [1] = "z" })
print(show{ [2] = "two", "one" })
print(show{ n = f(), f() })
local function va(...) return { ... }, { ..., "end" }, { "s", ... }, { (...) }, { n = ..., ... } end
for _, t in ipairs{ va(1, 2, 3) } do print(show(t)) end
for _, t in ipairs{ va() } do print(show(t)) end
for _, t in ipairs{ va(nil, 2) } do print(t[1], t[2], t[3], t.n) end
local t = { x = 1, ["y"] = 2, [3] = 3, [1 + 3] = 4, [true] = 5, [2.5] = 6; 7, 8; z = 9, }
print(t.x, t.y, t[3], t[4], t[true], t[2.5], t[1], t[2], t.z)
print(pcall(function() return { [nil] = 1 } end))
print(pcall(function() return { [0 / 0] = 1 } end))
print(pcall(function() local k return { [k] = 1 } end))
local order = {}
local function v(x) order[#order + 1] = x return x end
local q = { v(1), [v(2)] = v(3), v(4), k = v(5) }
print(table.concat(order, " "), q[1], q[2], q.k)
for _, n in ipairs{ 10, 49, 50, 51, 100, 255, 256, 257, 511, 512, 513, 1000, 5000 } do
  local p = {}
  for i = 1, n do p[i] = tostring(i) end
  local x = loadstring("return {" .. table.concat(p, ",") .. "}")()
  print(n, #x, x[1], x[n], x[n + 1])
  local y = loadstring("local function f() return 'p', 'q' end return {" .. table.concat(p, ",") .. ", f()}")()
  print(#y, y[n + 1], y[n + 2])
end
for _, n in ipairs{ 10, 100, 1000, 70000 } do
  local p = {}
  for i = 1, n do p[i] = "k" .. i .. "=" .. i end
  local x = loadstring("return {" .. table.concat(p, ",") .. "}")()
  local c = 0
  for k, v in pairs(x) do c = c + v end
  print(n, c, x.k1, x["k" .. n])
end
local shared = function() return { 1, 2, a = { 3 } } end
local s1, s2 = shared(), shared()
s1[1] = 9
s1.a[1] = 9
print(s2[1], s2.a[1], s1 ~= s2, s1.a ~= s2.a)
print(#{ nil, nil, 3 }, #{ 1, nil, 3 }, #{ n = 1 }, #{ [1] = 1, [2] = 2 }, #{ "x", "y", nil })
print(({ 10, 20, 30 })[2], ({ a = { b = { c = "deep" } } }).a.b.c, #{ {}, {}, {} }, ({ f() })[3], { 5 } == { 5 }, next({}))
