-- table.insert and table.remove: positions, bounds, errors.
local function show(t, n)
  local r = {}
  for i = 1, n or #t do r[i] = tostring(t[i]) end
  return "{" .. table.concat(r, ",") .. "}"
end
local t = {}
table.insert(t, "a")
table.insert(t, 1, "b")
table.insert(t, 2, "c")
table.insert(t, #t + 1, "d")
print(show(t))
print(table.remove(t), show(t))
print(table.remove(t, 1), show(t))
print(table.remove(t, 1), table.remove(t), show(t))
print(table.remove(t), table.remove(t, 0), table.remove(t, 1), #t)
print(select("#", table.remove({})), select("#", table.remove({}, 1)), select("#", table.insert({}, 1)))
for p = -2, 7 do
  local a = { 1, 2, 3 }
  local ok, e = pcall(table.insert, a, p, "x")
  local keys = {}
  for i = -3, 9 do if a[i] ~= nil then keys[#keys + 1] = i .. "=" .. tostring(a[i]) end end
  print(p, ok, e, table.concat(keys, " "))
  local b = { 1, 2, 3 }
  local r = { pcall(table.remove, b, p) }
  keys = {}
  for i = -3, 9 do if b[i] ~= nil then keys[#keys + 1] = i .. "=" .. tostring(b[i]) end end
  print(p, r[1], r[2], table.concat(keys, " "))
end
for _, c in ipairs{ "table.insert()", "table.insert({})", "table.insert({}, 1, 2, 3)", "table.insert(nil, 1)",
  "table.insert(5, 1)", "table.insert({}, 'x', 1)", "table.insert({}, nil, 1)", "table.insert({}, {}, 1)",
  "table.insert({}, nil)", "table.insert({}, 1, nil)", "table.insert({}, '1', 5)", "table.insert({}, 1.5, 5)",
  "table.insert('s', 1)", "table.remove()", "table.remove(nil)", "table.remove(5)", "table.remove({}, 'x')",
  "table.remove({1}, '1')", "table.remove({1,2,3}, 1.9)", "table.remove({1,2,3}, nil)", "table.remove({1,2,3}, {})",
  "table.remove({1,2,3}, 4)", "table.remove({1,2,3}, -1)", "table.remove({[0]='z'}, 0)", "table.remove({n=1})" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
local q = {}
for i = 1, 10 do table.insert(q, 1, i) end
print(show(q))
for i = 1, 5 do table.remove(q, 3) end
print(show(q))
local h = { 1, 2, nil, 4 }
table.insert(h, 5)
print(h[1], h[2], h[5] or h[3])
local m = setmetatable({}, { __index = function(_, i) return i < 4 and "v" .. i or nil end,
  __newindex = function(t, k, v) rawset(t, k, v) io.write("set", k, " ") end })
table.insert(m, "x")
print(rawget(m, 1), m[1])
local big = {}
for i = 1, 1000 do table.insert(big, i) end
for i = 1, 500 do table.remove(big, 1) end
print(#big, big[1], big[500])
local s = {}
for i = 1, 100 do s[#s + 1] = i end
while #s > 0 do local v = table.remove(s, math.ceil(#s / 2)) if #s % 20 == 0 then io.write(v, " ") end end
print(#s)
