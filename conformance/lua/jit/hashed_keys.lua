-- Keys of hash parts that a loop computes: numbers of all kinds, objects, booleans.
local function count(t)
  local n = 0
  for _ in pairs(t) do n = n + 1 end
  return n
end

-- Integers that belong to no array part: far apart, negative, large.
local sparse = {}
for i = 1, 300 do
  sparse[i * 1000] = i
  sparse[-i] = -i
  sparse[i * 2 ^ 40] = i * 2
end
local sum, missing = 0, 0
for i = 1, 600 do
  local a, b, c = sparse[i * 1000], sparse[-i], sparse[i * 2 ^ 40]
  if a then sum = sum + a else missing = missing + 1 end
  if b then sum = sum + b * 7 end
  if c ~= nil then sum = sum + c end
end
print(sum, missing, count(sparse))

-- Fractions, and zeroes of both signs.
local halves = { [0] = "zero", [0.5] = "half" }
local found = {}
for i = -200, 200 do
  local x = i / 4
  halves[x] = (halves[x] or "") .. "."
  found[#found + 1] = halves[-(x * 0)]
end
print(halves[0], halves[0.5], halves[-50], halves[49.75], #found, found[#found], count(halves))
local zeroes = 0
for i = 1, 200 do
  local x = (i % 2 - 1) * 0
  if halves[x] then zeroes = zeroes + 1 end
  halves[x] = i
end
print(zeroes, halves[0], halves[-0])

-- NaN is no key, and not found.
local nan, none = 0 / 0, 0
for i = 1, 200 do
  local x = i > 150 and nan or i / 3
  if halves[x] == nil then none = none + 1 end
end
print(none, (pcall(function() for i = 1, 200 do halves[i > 150 and nan or i] = i end end)))

-- Keys that come and go: dead entries, growth, values replaced.
local live, log = {}, {}
for i = 1, 2000 do
  live[i * 17.5] = i
  if i > 50 then
    local old = live[(i - 50) * 17.5]
    log[i % 7] = (log[i % 7] or 0) + old
    live[(i - 50) * 17.5] = nil
  end
  if live[(i - 60) * 17.5] then print("still there", i) end
end
print(count(live), log[0], log[3], log[6])

-- Objects as keys.
local objects, index = {}, {}
for i = 1, 100 do
  local o
  if i % 4 == 0 then o = {} elseif i % 4 == 1 then o = function() return i end
  elseif i % 4 == 2 then o = coroutine.create(print) else o = io.stdout end
  objects[i], index[o] = o, i
end
local total, unknown = 0, 0
for round = 1, 4 do
  for i = 1, 100 do
    total = total + index[objects[i]]
    if not index[{}] then unknown = unknown + 1 end
  end
end
print(total, unknown)

-- Booleans.
local flags = { [true] = 1, [false] = 10 }
local n = 0
for i = 1, 200 do
  n = n + flags[i % 3 == 0]
  flags[i % 5 == 0] = flags[i % 5 == 0] + 1
end
print(n, flags[true], flags[false])

-- Thousands of numbers that LuaJIT would put in one chain: only the upper bits differ, in a way that the hash undoes.
local function rol(x, n) return bit.rol(x, n) end
local function hash(high)
  local hi = bit.lshift(high, 1)
  local a, b = hi, rol(hi, 14)
  local c = bit.tobit(a - b)
  return bit.tobit(bit.bxor(rol(b, 5), c) - rol(c, 13))
end
local crowd, keys = {}, {}
local high = 0x3FF00000
while #keys < 120 do
  if bit.band(hash(high), 0xFFF) == 0x42 then
    local n = bit.band(high, 0xFFFFF)
    keys[#keys + 1] = 1 + n / 2 ^ 20
  end
  high = high + 1
  if high >= 0x40000000 then break end
end
for i = 1, 3000 do crowd[i + 0.25] = i end
for round = 1, 3 do
  for i, key in ipairs(keys) do crowd[key] = (crowd[key] or 0) + i end
  local all, absent = 0, 0
  for i, key in ipairs(keys) do
    all = all + crowd[key]
    if crowd[key + 2 ^ -40] == nil then absent = absent + 1 end
    if crowd[-key] then print("what?") end
  end
  local rest = 0
  for i = 1, 3000 do rest = rest + crowd[i + 0.25] end
  print(#keys, all, absent, rest)
end
