-- A table and its shadow through thousands of random operations.
math.randomseed(99)
local t, n, log = {}, 0, {}
for i = 1, 6000 do
  local op = math.random(9)
  if op <= 3 then
    table.insert(t, i)
  elseif op == 4 and #t > 0 then
    table.insert(t, math.random(#t), -i)
  elseif op == 5 and #t > 0 then
    table.remove(t, math.random(#t))
  elseif op == 6 then
    table.remove(t)
  elseif op == 7 then
    t["k" .. math.random(50)] = i
  elseif op == 8 then
    t["k" .. math.random(50)] = nil
  elseif #t > 40 then
    for k = #t, math.random(#t), -1 do t[k] = nil end
  end
  if i % 20 == 0 then
    local sum, count, keys = 0, 0, 0
    for k, v in pairs(t) do
      count = count + 1
      if type(k) == "number" then sum = sum + v * (k % 7) else keys = keys + v end
    end
    print(i, #t, count, sum, keys, t[1], t[#t], table.maxn(t))
  end
end
local s = {}
for i = 1, 60 do s[i] = { k = math.random(8), i = i } end
table.sort(s, function(a, b) return a.k < b.k end)
for i, v in ipairs(s) do io.write(v.k, ":", v.i, " ") end
print()
for n = 2, 12 do
  local q = {}
  for i = 1, n do q[i] = { math.random(3), i } end
  table.sort(q, function(a, b) return a[1] < b[1] end)
  for i, v in ipairs(q) do io.write(v[1], ":", v[2], " ") end
  print()
end
for n = 3, 120, 13 do
  local q, calls = {}, 0
  for i = 1, n do q[i] = math.random(1000) end
  table.sort(q, function(a, b) calls = calls + 1 return a < b end)
  print(n, calls, q[1], q[n])
end
for i = 1, 60 do
  local q = {}
  for k = 1, math.random(30) do q[k] = math.random(5) end
  print(pcall(table.sort, q, function(a, b) return math.random() < 0.5 end))
end
