-- table.sort: orders, comparators, errors.
local function show(t) local r = {} for i = 1, #t do r[i] = tostring(t[i]) end return table.concat(r, " ") end
local function sorted(t, f) table.sort(t, f) return show(t) end
print(sorted{ 3, 1, 2 })
print(sorted{})
print(sorted{ 1 })
print(sorted{ 2, 1 })
print(sorted{ "b", "a", "C", "B", "", "aa" })
print(sorted({ 3, 1, 2 }, function(a, b) return a > b end))
print(sorted{ 5, 5, 5, 5 })
print(sorted{ 1, 2, 3, 4, 5 })
print(sorted{ 5, 4, 3, 2, 1 })
print(sorted{ 0.5, -1, 1e10, -1e10, 0, 1/0, -1/0 })
print(sorted({ "x10", "x9", "x100" }, function(a, b) return tonumber(a:sub(2)) < tonumber(b:sub(2)) end))
local seed = 42
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n + 1 end
for _, n in ipairs{ 2, 3, 10, 50, 100, 101, 500, 1000, 3000 } do
  local t = {}
  for i = 1, n do t[i] = rnd(n) end
  local copy = { unpack(t, 1, math.min(n, 5)) }
  table.sort(t)
  local ok = true
  for i = 2, n do if t[i - 1] > t[i] then ok = false end end
  table.sort(t, function(a, b) return a > b end)
  for i = 2, n do if t[i - 1] < t[i] then ok = false end end
  print(n, ok, t[1], t[n], show(copy))
end
local recs = {}
for i = 1, 20 do recs[i] = { k = i * 7 % 20, n = "r" .. i } end
table.sort(recs, function(a, b) return a.k < b.k end)
for i, r in ipairs(recs) do io.write(r.n, " ") end
print()
for _, c in ipairs{ "table.sort()", "table.sort(nil)", "table.sort(5)", "table.sort({}, 5)", "table.sort({}, {})",
  "table.sort({1, 'x'})", "table.sort({1, nil, 3})", "table.sort({{}, {}})", "table.sort({true, false})",
  "table.sort({print, print})", "table.sort({1, 2}, function(a, b) error('cmp') end)",
  "table.sort({1, 2, 3}, function(a, b) return nil end)", "table.sort({3, 2, 1}, nil)", "table.sort({'a', 1, 'b'})",
  "table.sort({1, 2}, 'x')", "table.sort({1}, function() error('never') end)",
  "table.sort({}, function() error('never') end)", "table.sort({1, 2, 3}, print == nil)", "table.sort('abc')" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
local mt = { __lt = function(a, b) return a.v < b.v end }
local os = {}
for i = 1, 8 do os[i] = setmetatable({ v = (i * 5) % 8 }, mt) end
table.sort(os)
for i = 1, 8 do io.write(os[i].v, " ") end
print()
print(pcall(table.sort, { 3, 1, 2, 5, 4, 9, 8, 7, 6, 10, 12, 11 }, function(a, b) return true end))
local u = {}
for i = 1, 100 do u[i] = i % 7 end
print((pcall(table.sort, u, function(a, b) return a <= b end)))
local count = 0
local w = { 5, 2, 8, 1, 9, 3 }
table.sort(w, function(a, b) count = count + 1 return a < b end)
print(show(w), count > 5, count < 40)
print(sorted({ "banana", "apple", "cherry" }, function(a, b) return #a < #b or (#a == #b and a < b) end))
