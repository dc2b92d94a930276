-- Coroutines in hot loops: traces follow resume, yield and the functions of wrap.
local create, resume, yield, wrap, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.wrap, coroutine.status
local unpack = unpack

-- A generator in a generic for loop, with other types, bounds and directions.
local function count(from, to, step)
  return wrap(function() for i = from, to, step or 1 do yield(i) end end)
end
local sum = 0
for round = 1, 20 do
  for i in count(round, round + 10) do sum = sum + i end
  for i in count(round / 2, round) do sum = sum + i end
  for i in count(5, -5, -1) do sum = sum + i * i end
end
print(sum)

-- Counters that begin below the one the trace began with, used as indices.
local t = { 10, 20, 30, 40, 50, [0] = 5, [-1] = 7, [-2] = 9 }
local function picks(from, to) return wrap(function() for i = from, to do yield(t[i] or "none") end end) end
for round = 1, 12 do
  local out = {}
  local first, last = 1, 5
  if round % 3 == 0 then first = -4 elseif round % 5 == 0 then last = 9 end
  for v in picks(first, last) do out[#out + 1] = tostring(v) end
  print(table.concat(out, " "))
end
do
  local a, b = picks(1, 300), picks(-250, 50)
  local n, nones = 0, 0
  for i = 1, 290 do
    local v = i % 2 == 0 and a() or b()
    if v == "none" then nones = nones + 1 else n = n + v end
  end
  print(n, nones)
end

-- Values both ways, of changing number and type.
local echo = wrap(function(...)
  local args = { n = select("#", ...), ... }
  while true do
    args = (function(...) return { n = select("#", ...), ... } end)(yield(args.n, unpack(args, 1, args.n)))
  end
end)
local seen = {}
for i = 1, 60 do
  local r
  if i % 4 == 0 then r = { echo() }
  elseif i % 4 == 1 then r = { echo(i) }
  elseif i % 4 == 2 then r = { echo(i, "x" .. i) }
  else r = { echo(nil, i / 2, true) } end
  for k = 1, 4 do r[k] = tostring(r[k]) end
  seen[#seen + 1] = table.concat(r, ",", 1, 4)
end
print(table.concat(seen, " ", 1, 8))
print(table.concat(seen, " ", 50))
local adder = create(function(a)
  local total = 0
  while true do total = total + a; a = yield(total, a) end
end)
local last
for i = 1, 100 do
  local v = i
  if i % 30 == 0 then v = i + 0.5 end
  local ok, total, a = resume(adder, v)
  last = total + a
end
print(last)

-- Several coroutines at one place, of one body and of several.
local ring = {}
for i = 1, 9 do
  ring[i] = create(i % 3 == 0 and function(x) while true do x = yield(x * 2 % 1009) end end
    or function(x) local n = 0; while true do n = n + 1; x = yield((x + n) % 1013) end end)
end
local token = 1
for _ = 1, 40 do
  for i = 1, #ring do local _, v = resume(ring[i], token); token = v end
end
print(token)

-- Resumed from functions that the loop calls, which are still there when the coroutine comes back.
do
  local function step(co, x) local before = x * 2; local ok, v, w = resume(co, x); return v + before, w, ok end
  local function twice(co, x, ...) local a = step(co, x); local b = step(co, a % 100); return a + b, select("#", ...) end
  local co = create(function(x) local n = 0; while true do n = n + x; x = yield(n % 97, x) end end)
  local gen = wrap(function() local i = 0; while true do i = i + 1; yield(i, twice(co, i % 13, nil, i)) end end)
  local total, extra = 0, 0
  for i = 1, 80 do
    local a, n = twice(co, i % 11, i, nil, i)
    local k, b, m = gen()
    total = total + a * 3 + b + k
    extra = extra + n + m
  end
  print(total, extra)
end

-- Chains of filters.
local function filter(p, source)
  return wrap(function() for i in source do if i % p ~= 0 then yield(i) end end end)
end
local primes, source = {}, count(2, 120)
while true do
  local p = source()
  if not p then break end
  primes[#primes + 1] = p
  source = filter(p, source)
end
print(#primes, table.concat(primes, " "))

-- Yields from nested calls and recursion.
local function tree(lo, hi)
  if lo > hi then return nil end
  local mid = math.floor((lo + hi) / 2)
  return { key = mid, left = tree(lo, mid - 1), right = tree(mid + 1, hi) }
end
local function walk(node)
  if node then walk(node.left); yield(node.key, node); walk(node.right) end
end
local root = tree(1, 63)
local keys = 0
for round = 1, 8 do
  local previous = 0
  for key, node in wrap(function() walk(root) end) do
    assert(key > previous and node.key == key)
    previous = key
    keys = keys + key * round
  end
end
print(keys)
local function permgen(a, n)
  if n <= 1 then yield(a) else
    for i = 1, n do a[n], a[i] = a[i], a[n]; permgen(a, n - 1); a[n], a[i] = a[i], a[n] end
  end
end
local perms, hash = 0, 0
for p in wrap(function() permgen({ 1, 2, 3, 4, 5 }, 5) end) do
  perms = perms + 1
  hash = (hash * 31 + p[1] * 5 + p[2] * 3 + p[5]) % 1000003
end
print(perms, hash)

-- Creation, end, results of the body.
local made = 0
for i = 1, 80 do
  local co = create(function(a, b) local c = yield(a + b); return c, a, b end)
  local _, x = resume(co, i, 2)
  local _, c, a, b = resume(co, x * 2)
  made = made + c + a + b
  local ok, message = resume(co)
  if i % 40 == 0 then print(ok, message, status(co)) end
end
print(made)
local ends = {}
for i = 1, 30 do
  local f = wrap(function(...) if i % 2 == 0 then yield(...) end return select("#", ...), ... end)
  local a, b = f(i, i + 1)
  if i % 2 == 0 then a, b = f() end
  ends[#ends + 1] = a .. ":" .. b
  local ok, message = pcall(f)
  if i > 28 then print(ok, message) end
end
print(table.concat(ends, " "))
for i = 1, 30 do
  local co = create(function() return end)
  assert(status(co) == "suspended")
  assert(select("#", resume(co)) == 1 and status(co) == "dead")
end

-- Statuses, running, isyieldable, from inside.
local me
local states = {}
me = create(function()
  for i = 1, 30 do
    states[i] = status(me) .. tostring(coroutine.running() == me) .. tostring(coroutine.isyieldable())
    local inner = create(function() yield(status(me)) end)
    local _, s = resume(inner)
    states[i] = states[i] .. s .. tostring(select(2, resume(me)))
    yield()
  end
end)
while status(me) ~= "dead" do resume(me) end
print(#states, states[1], states[30])

-- Errors: in the coroutine, through wrap, in pcall on either side.
local caught = {}
for i = 1, 40 do
  local co = create(function(n) yield(n); if n % 3 == 0 then error({ n }) elseif n % 3 == 1 then error("at " .. n, 0) end return n end)
  resume(co, i)
  local ok, e = resume(co)
  caught[#caught + 1] = tostring(ok) .. (type(e) == "table" and e[1] or e) .. status(co)
end
print(table.concat(caught, " ", 30))
local failures = 0
for i = 1, 40 do
  local f = wrap(function() local t; yield(1); return t.x end)
  f()
  local ok, message = pcall(f)
  if not ok and message:find("index") then failures = failures + 1 end
end
print(failures)
local protected = wrap(function()
  local n = 0
  while true do
    local ok, v = pcall(function(k) local got = yield(k); if got % 5 == 0 then error(got, 0) end return got end, n)
    n = ok and n + v or -v
  end
end)
protected()
local trail = 0
for i = 1, 60 do trail = trail + protected(i) end
print(trail)

-- Variables of a thread that waits, changed by the other one.
do
  local seenby, x = 0, 0
  local bump = wrap(function() while true do x = x + 1; seenby = seenby + x; yield(x) end end)
  for i = 1, 60 do
    local before = x
    local v = bump()
    assert(v == before + 1 and x == v)
    x = x + 1
  end
  print(x, seenby)
end
do
  local shared = 1
  local gens = {}
  for k = 1, 3 do
    gens[k] = wrap(function() local mine = k; while true do mine = mine + shared; shared = mine % 17; yield(mine) end end)
  end
  local total = 0
  for i = 1, 70 do local v = gens[i % 3 + 1](); shared = shared + i % 3; total = total + v + shared end
  print(total, shared)
end
do
  -- The variable is the coroutine's.
  local set, get
  local co = wrap(function()
    local v = 0
    set, get = function(n) v = n end, function() return v end
    while true do v = v + 1; yield(v) end
  end)
  co()
  local total = 0
  for i = 1, 60 do
    set(i * 2)
    local v = co()
    total = total + v - get()
    assert(v == i * 2 + 1)
  end
  print(total)
end

-- Traversals on both sides of a switch.
do
  local colours = { red = 1, green = 2, blue = 3, 10, 20, 30 }
  local total = 0
  for round = 1, 15 do
    for k, v in wrap(function() for k, v in pairs(colours) do yield(k, v) end end) do total = total + v * round end
    local co = wrap(function() while true do for i, v in ipairs(colours) do yield(i, v) end end end)
    for k, v in pairs(colours) do local i, w = co(); total = total + v + (i or 0) + (w or 0) end
  end
  print(total)
end

-- Objects made on one side, changed on the other.
do
  local points = wrap(function() local i = 0; while true do i = i + 1; local p = { x = i, y = -i }; yield(p); p.x = p.x + 1 end end)
  local acc, kept = 0, {}
  for i = 1, 60 do
    local p = points()
    p.y = p.y * 2
    acc = acc + p.x + p.y
    if i % 20 == 0 then kept[#kept + 1] = p end
  end
  for _, p in ipairs(kept) do acc = acc + p.x * 1000 + p.y end
  print(acc)
  local text = wrap(function() local s = ""; for i = 1, 50 do s = s .. i % 10; yield(s) end end)
  local n = 0
  for s in text do n = n + #s end
  print(n)
end

-- A scheduler.
do
  local queue, log = {}, {}
  local function spawn(f, ...) queue[#queue + 1] = { create(f), ... } end
  local function worker(name, n)
    for i = 1, n do
      log[#log + 1] = name .. i
      local got = yield(i)
      if got % 7 == 0 then spawn(worker, name .. "'", 1) end
    end
  end
  spawn(worker, "a", 12); spawn(worker, "b", 9); spawn(worker, "c", 15)
  local tick = 0
  while #queue > 0 do
    local task = table.remove(queue, 1)
    tick = tick + 1
    local ok, v = resume(task[1], task[2] and (task[2]) or tick, task[3])
    assert(ok, v)
    task[2], task[3] = nil, nil
    if status(task[1]) ~= "dead" then queue[#queue + 1] = task end
  end
  print(tick, #log, table.concat(log, " "))
end

-- Coroutines within metamethods.
do
  local lazy = setmetatable({}, { __index = function(t, k) return wrap(function() yield(k * 2) end)() end, __call = function(self, a) return yield(a) end })
  local total = 0
  for i = 1, 40 do total = total + lazy[i] end
  print(total)
  local co = wrap(function() local n = 0; while true do n = n + lazy(n) end end)
  co()
  for i = 1, 40 do total = total + co(i) end
  print(total)
end

-- yield in tail position, as an iterator, in open calls.
do
  local function tail(x) return yield(x) end
  local co = wrap(function() local n = 0; while true do n = n + tail(n) end end)
  local v = co()
  for i = 1, 50 do v = co(i) end
  print(v)
  local all = wrap(function() local function f(...) local s = 0; for i = 1, select("#", ...) do s = s + (select(i, ...)) end return s end while true do yield(f(yield(1, 2, 3))) end end)
  local total = 0
  for i = 1, 40 do
    total = total + select("#", all())
    total = total + all(i, i, i % 2 == 0 and 3 or nil or 0)
  end
  print(total)
  local it = wrap(function() for a, b in yield do return a, b end end)
  print(it(), it(7, 8))
end

-- Deep stacks, which grow on either side.
do
  local function deep(n) if n == 0 then yield("bottom") return 0 end local a, b, c, d = n, n, n, n; return deep(n - 1) + a - b + c - d + 1 end
  for i = 1, 12 do
    local co = wrap(function() return deep(i * 20) end)
    assert(co() == "bottom")
    if i == 12 then print(co()) end
  end
  local function nest(n) if n == 0 then return 0 end return wrap(function() return nest(n - 1) + 1 end)() end
  local total = 0
  for i = 1, 30 do total = total + nest(i % 7 + 5) end
  print(total)
end
