-- Traces that begin in a function's own loop and go on through `return f(...)` of library functions with an effect, into whoever called:
-- the effect happens once.
local log = {}
-- Each begins with a short loop, whose exit is where side traces start.
local Mt = {}
Mt.__index = Mt
local function new(n)
  local s = 0
  while n > 0 do s = s + n n = n - 1 end
  return setmetatable({ s = s }, Mt)
end
local function put(t, k, n)
  local s = 0
  while n > 0 do s = s + n n = n - 1 end
  return rawset(t, k, (t[k] or 0) + s)
end
local function push(t, n)
  local s = 0
  while n > 0 do s = s + n n = n - 1 end
  return table.insert(t, s)
end
local function pop(t, n)
  while n > 0 do n = n - 1 end
  return table.remove(t)
end
local function clear(t, n)
  while n > 0 do n = n - 1 end
  return rawset(t, "n", nil)
end
local function random(n)
  while n > 0 do n = n - 1 end
  return math.random(1, 1)
end
local function pick(n, ...)
  while n > 0 do n = n - 1 end
  return select(n + 1, ...)
end
local function upper(n, s)
  while n > 0 do n = n - 1 end
  return string.upper(s)
end

local sum, t, list = 0, {}, {}
for i = 1, 300 do
  local n = i % 7
  local o = new(n)
  sum = sum + o.s
  assert(getmetatable(o) == Mt)
  put(t, i % 5, n)
  push(list, n)
  if i % 3 == 0 then sum = sum + pop(list, n) end
  sum = sum + random(n)
  sum = sum + #upper(n, "abc" .. n) + (pick(n, i, 2, 3))
  if i % 50 == 0 then clear(t, n) end
end
print(sum, #list, t[0], t[1], t[2], t[3], t[4])

-- From several places, one within another, with results used and not.
local function twice(n) return new(n), new(n + 1) end
local function through(n) return new(n + 2) end
local function kept(n) local o = new(n) return o.s end
for round = 1, 60 do
  local a, b = twice(round % 4)
  local c = through(round % 3)
  new(round % 5)
  sum = sum + a.s + b.s * 2 + c.s * 3 + kept(round % 6)
  local all = { new(1), new(2), (new(3)) }
  sum = sum + #all + all[3].s
end
print(sum)

-- Out of metamethods: every continuation.
local V = {}
local made = 0
local function vector(x, n)
  while n > 0 do n = n - 1 end
  made = made + 1
  return setmetatable({ x }, V)
end
V.__add = function(a, b) return vector(a[1] + b[1], a[1] % 3) end
V.__unm = function(a) return vector(-a[1], a[1] % 4) end
V.__concat = function(a, b) return vector(a[1] * 10 + b[1], 2) end
V.__call = function(a, x) return vector(a[1] + x, 3) end
V.__index = function(a, k) local n = 3 while n > 0 do n = n - 1 end return rawset(a, k, k) end
V.__newindex = function(a, k, v) local n = 2 while n > 0 do n = n - 1 end return rawset(a, k, v) end
V.__eq = function(a, b) local n = 3 while n > 0 do n = n - 1 end return rawequal(a[1], b[1]) end
V.__lt = function(a, b) local n = 3 while n > 0 do n = n - 1 end return rawset(log, #log + 1, a[1] < b[1]) end
V.__le = function(a, b) local n = 1 while n > 0 do n = n - 1 end return rawget({ a[1] <= b[1] }, 1) end
local total = 0
for i = 1, 200 do
  local a, b = vector(i % 9, 2), vector(i % 5, i % 2)
  local c = a + b
  local d = -c
  local e = a .. b
  local f = c(i)
  a.q = i
  if a == b then total = total + 1 end
  if a < b then total = total + 10 end
  if a <= b then total = total + 100 end
  total = total + c[1] + d[1] + e[1] + f[1] + a.q + #tostring(type(b.zz))
end
print(total, made, #log)

-- Errors, and stops of the caller's.
local function set(t, k, n)
  while n > 0 do n = n - 1 end
  return rawset(t, k, n)
end
local count = 0
for i = 1, 120 do
  local ok, message = pcall(set, i % 10 == 0 and 5 or {}, i % 4 == 0 and nil or i, i % 3)
  if not ok then count = count + 1 end
  if i > 110 then print(ok, ok and "" or message) end
end
print(count)
local Locked = setmetatable({}, { __metatable = "locked" })
for i = 1, 60 do
  local function lock(n)
    while n > 0 do n = n - 1 end
    return setmetatable(i % 8 == 0 and Locked or {}, Mt)
  end
  local ok, message = pcall(lock, i % 4)
  if not ok then print(i, message) end
end

-- Callers of many kinds: loops, coroutines, iterators, protected calls.
local function step(t, i)
  local n = 2
  while n > 0 do n = n - 1 end
  return table.insert(t, i)
end
local collected = {}
for i = 1, 40 do step(collected, i) end
local co = coroutine.wrap(function()
  for i = 1, 40 do
    step(collected, -i)
    if i % 8 == 0 then coroutine.yield(#collected) end
  end
  return "end"
end)
for i = 1, 6 do print(co()) end
local function iterate(s, i)
  local n = 1
  while n > 0 do n = n - 1 end
  return next(s, i)
end
local seen = 0
for round = 1, 20 do
  for k, v in iterate, collected do seen = seen + k * v end
end
print(seen, #collected)
for i = 1, 40 do
  local ok, o = pcall(new, i % 3)
  sum = sum + o.s
  ok, o = pcall(through, i % 3)
  sum = sum + o.s
end
print(sum)

-- Vararg functions.
local function extra(...)
  local n = select("#", ...)
  while n > 0 do n = n - 1 end
  return setmetatable({ ... }, Mt)
end
for i = 1, 60 do
  local o = extra(i, i + 1, i % 2 == 0 and 3 or nil)
  sum = sum + #o + o[1]
end
print(sum)
