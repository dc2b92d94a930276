-- Generators, pipelines, permutations, trees, primes.
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local function filter(p, g)
  return coroutine.wrap(function() for x in g do if p(x) then coroutine.yield(x) end end end)
end
local function map(f, g) return coroutine.wrap(function() for x in g do coroutine.yield(f(x)) end end) end
for x in map(function(x) return x * x end, filter(function(x) return x % 3 == 0 end, gen(20))) do io.write(x, " ") end
print()
local function perm(a, n)
  n = n or #a
  if n == 0 then
    coroutine.yield(a)
  else
    for i = 1, n do a[n], a[i] = a[i], a[n] perm(a, n - 1) a[n], a[i] = a[i], a[n] end
  end
end
for p in coroutine.wrap(function() perm{ 1, 2, 3 } end) do io.write(table.concat(p), " ") end
print()
local function sieve()
  local g = coroutine.wrap(function() local i = 2 while true do coroutine.yield(i) i = i + 1 end end)
  return coroutine.wrap(function()
    local src = g
    while true do
      local p = src()
      coroutine.yield(p)
      local prev = src
      src = filter(function(x) return x % p ~= 0 end, prev)
    end
  end)
end
local s = sieve()
for i = 1, 25 do io.write(s(), " ") end
print()
local tree = { v = 4, l = { v = 2, l = { v = 1 }, r = { v = 3 } }, r = { v = 6, l = { v = 5 }, r = { v = 7 } } }
local function walk(t) if t then walk(t.l) coroutine.yield(t.v) walk(t.r) end end
for v in coroutine.wrap(function() walk(tree) end) do io.write(v, " ") end
print()
local function same(a, b)
  local x, y = coroutine.wrap(function() walk(a) end), coroutine.wrap(function() walk(b) end)
  while true do local p, q = x(), y() if p ~= q then return false end if p == nil then return true end end
end
print(same(tree, tree), same(tree, tree.l))
local q = {}
local prod = coroutine.create(function()
  for i = 1, 4 do print("produce", i) coroutine.yield(i * 10) end
  return nil
end)
local cons = coroutine.create(function()
  while true do local ok, v = coroutine.resume(prod) if not v then break end print("consume", v) coroutine.yield() end
end)
while coroutine.status(cons) ~= "dead" do coroutine.resume(cons) end
local tasks, order = {}, {}
for i = 1, 3 do
  tasks[i] = coroutine.create(function() for j = 1, i do order[#order + 1] = i .. ":" .. j coroutine.yield() end end)
end
while #tasks > 0 do
  for i = #tasks, 1, -1 do
    coroutine.resume(tasks[i])
    if coroutine.status(tasks[i]) == "dead" then table.remove(tasks, i) end
  end
end
print(table.concat(order, " "))
local fibg = coroutine.wrap(function() local a, b = 0, 1 while true do coroutine.yield(a) a, b = b, a + b end end)
for i = 1, 20 do io.write(fibg(), " ") end
print()
local cs = {}
for i = 1, 1000 do cs[i] = coroutine.wrap(function(x) while true do x = coroutine.yield(x + i) end end) end
local acc = 0
for r = 1, 3 do for i = 1, 1000 do acc = (acc + cs[i](r)) % 1000007 end end
print(acc)
local ring = {}
for i = 1, 50 do ring[i] = coroutine.wrap(function(tok) while true do tok = coroutine.yield(tok + 1) end end) end
local tok = 0
for r = 1, 20 do for i = 1, 50 do tok = ring[i](tok) end end
print(tok)
local function zip(a, b)
  return coroutine.wrap(function()
    while true do local x, y = a(), b() if x == nil or y == nil then return end coroutine.yield(x, y) end
  end)
end
for a, b in zip(gen(4), map(function(x) return -x end, gen(3))) do io.write(a, b, " ") end
print()
local function take(n, g)
  return coroutine.wrap(function()
    for i = 1, n do local v = g() if v == nil then return end coroutine.yield(v) end
  end)
end
for v in take(3, fibg) do io.write(v, " ") end
print()
local lines = coroutine.wrap(function()
  for w in ("the quick brown fox"):gmatch("%a+") do
    local back = coroutine.yield(w)
    if back then coroutine.yield("ack " .. back) end
  end
end)
print(lines(), lines("b1"), lines(), lines(), lines("b2"), lines())
