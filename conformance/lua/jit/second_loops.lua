-- Loops that take one way for many iterations, and then another: traces that begin where the first one failed at once.
local function phases(n)
  -- The type of what the body works on, and the branch that it takes, change a few times.
  local t = {}
  for i = 1, n do t[i] = i < n / 4 and i or i < n / 2 and ("s" .. i) or i < 3 * n / 4 and i + 0.5 or (i % 2 == 0) end
  local numbers, length, trues = 0, 0, 0
  for i = 1, n do
    local x = t[i]
    if type(x) == "number" then numbers = numbers + x
    elseif type(x) == "string" then length = length + #x
    elseif x then trues = trues + 1 end
  end
  return numbers, length, trues
end
print(phases(400))
print(phases(4000))

-- Entered again and again, with another kind of element from the beginning.
local function sum(list)
  local s = 0
  for i = 1, #list do
    local x = list[i]
    if type(x) == "table" then s = s + x[1] elseif x then s = s + x else s = s - 1 end
  end
  return s
end
local kinds = {
  function(i) return i end,
  function(i) return { i } end,
  function() return false end,
  function(i) return i / 4 end,
  function(i) return i % 2 == 0 and i or { -i } end,
}
local total = 0
for round = 1, 40 do
  local make, list = kinds[round % #kinds + 1], {}
  for i = 1, 60 do list[i] = make(i) end
  total = total + sum(list) * round
end
print(total)

-- The other loops.
local function walk(list, key)
  local n, k = 0, 1
  while list[k] do
    local v = list[k]
    if v[key] then n = n + v[key] else n = n - 1 end
    k = k + 1
  end
  for i, v in ipairs(list) do
    if v[key] then n = n + i else n = n - i end
  end
  for i, v in pairs(list) do
    if v[key] then n = n + 2 * i end
  end
  repeat
    k = k - 1
    local v = list[k]
    if v and v[key] then n = n + 1 end
  until k <= 0
  return n
end
local mixed = {}
for round = 1, 30 do
  local list = {}
  for i = 1, 50 do list[i] = (i * 7 + round) % 30 < round and { a = i } or { b = i } end
  mixed[#mixed + 1] = walk(list, round % 3 == 0 and "a" or "b")
end
print(table.concat(mixed, " "))

-- Loops around such loops: the side trace leaves the inner one and comes back.
local function nested(m, n)
  local hits, misses = 0, 0
  for i = 1, m do
    local seen = {}
    for j = 1, n do
      if (i * j) % 7 < i % 9 then
        hits = hits + 1
        seen[j] = true
      elseif seen[j - 1] then
        misses = misses + j
      end
    end
    local j = 0
    while j < n do
      j = j + 1
      if seen[j] == nil then misses = misses + 1 elseif i % 2 == 0 then j = j + 1 end
    end
  end
  return hits, misses
end
print(nested(60, 40))

-- Counters that are no integers, that count down, and whose bounds are not constant.
local function count(from, to, step, limit)
  local low, high, last = 0, 0, nil
  for x = from, to, step do
    if x < limit then low = low + x else high = high + x end
    last = x
  end
  return low, high, last
end
for _, limit in ipairs { 1e9, -1e9, 50, 3 } do
  print(count(1, 100, 1, limit))
  print(count(100, 1, -1, limit))
  print(count(0.25, 40, 0.5, limit))
  print(count(2 ^ 31 - 120, 2 ^ 31 - 1, 1, limit))
end

-- Variables that closures capture, and objects made in the body.
local made = {}
for round = 1, 12 do
  local sum = 0
  for i = 1, 50 do
    local p = { x = i, y = round }
    local f = function() p.x = p.x + 1 return p.x + sum end
    if round % 4 == 0 then
      if i % 10 == 0 then made[#made + 1] = f end
      sum = sum + f()
    elseif round % 4 == 1 then
      sum = sum + p.y
    else
      local q = { p.x - p.y, p }
      sum = sum + q[1] + q[2].y
    end
  end
  made[#made + 1] = function() return sum end
end
local all = 0
for _, f in ipairs(made) do all = all + f() end
print(#made, all)

-- Errors in the midst of the second loop.
local function fails(t, n)
  local s = 0
  for i = 1, n do s = s + t[i].v end
  return s
end
local good, better, bad = {}, {}, {}
for i = 1, 100 do
  good[i] = { v = i }
  better[i] = setmetatable({}, { __index = { v = i * 2 } })
  bad[i] = i < 80 and better[i] or i
end
for _ = 1, 5 do
  print(pcall(fails, good, 100), pcall(fails, better, 100), select("#", pcall(fails, bad, 100)), (select(2, pcall(fails, bad, 100))))
end
