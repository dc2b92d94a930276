-- Sorts in hot loops: comparison functions that are inlined, change, fail, sort themselves and change the table.
local seed = 7
local function random(n)
  seed = (seed * 16807) % 2147483647
  return seed % n
end
local function list(n, limit)
  local t = {}
  for i = 1, n do t[i] = random(limit) end
  return t
end
local function sum(t)
  local s = 0
  for i = 1, #t do s = (s * 31 + t[i]) % 16777213 end
  return s
end

local function descending(a, b) return a > b end
for round = 1, 20 do
  local t = list(10 * round, 100)
  table.sort(t, descending)
  for i = 2, #t do assert(t[i - 1] >= t[i]) end
  print(round, #t, sum(t))
end

-- Records, by several fields; a comparison function made anew for every sort.
for round = 1, 12 do
  local t = {}
  for i = 1, 60 do t[i] = { name = "n" .. random(9), age = random(7), id = i } end
  local sign = round % 2 == 0 and 1 or -1
  table.sort(t, function(a, b)
    if a.age ~= b.age then return sign * a.age < sign * b.age end
    if a.name ~= b.name then return a.name < b.name end
    return a.id < b.id
  end)
  local ids = {}
  for i, r in ipairs(t) do ids[i] = r.id end
  print(round, sum(ids), t[1].age, t[60].age)
end

-- Types that change in the midst of it.
for round = 1, 10 do
  local t = list(50, 1000)
  for i = 1, 50, 3 do t[i] = tostring(t[i]) end
  for i = 2, 50, 5 do t[i] = t[i] + 0.5 end
  table.sort(t, function(a, b) return tonumber(a) < tonumber(b) end)
  print(round, table.concat(t, " "))
end

-- Counting, failing, and no order.
local calls = 0
for round = 1, 40 do
  local t = list(60, 50)
  print(round, pcall(table.sort, t, function(a, b)
    calls = calls + 1
    if calls % 997 == 0 then error("call " .. calls, 0) end
    if round % 5 == 0 then return a <= b end
    return a < b
  end))
  print(calls, sum(t))
end

-- Within one another.
for round = 1, 5 do
  local rows = {}
  for i = 1, 20 do rows[i] = list(5, 30) end
  table.sort(rows, function(a, b)
    table.sort(a, descending)
    table.sort(b, descending)
    for i = 1, 5 do
      if a[i] ~= b[i] then return a[i] < b[i] end
    end
    return false
  end)
  local sums = {}
  for i, row in ipairs(rows) do sums[i] = sum(row) end
  print(round, sum(sums))
end

-- __lt, of several metatables.
for kind = 1, 3 do
  local mt = { __lt = kind == 1 and function(a, b) return a[1] < b[1] end
    or kind == 2 and function(a, b) return a[2] < b[2] end
    or function(a, b) return a[1] * a[2] < b[1] * b[2] end }
  for round = 1, 5 do
    local t = {}
    for i = 1, 50 do t[i] = setmetatable({ random(40), random(40) }, mt) end
    print(kind, round, pcall(table.sort, t))
    local flat = {}
    for i, o in ipairs(t) do flat[2 * i - 1], flat[2 * i] = o[1], o[2] end
    print(sum(flat))
  end
end

-- Elements that come and go, with and without a metatable.
for round = 1, 30 do
  local n = 5 + round
  local t = list(n, 100)
  local count = 0
  local ok, message = pcall(table.sort, t, function(a, b)
    count = count + 1
    if count == 2 * n then
      t[n] = nil
      t[n - 1] = nil
      if round % 3 == 0 then
        setmetatable(t, { __index = function() error("read") end, __newindex = function() error("written") end })
      end
    end
    return (a or 0) < (b or 0)
  end)
  local text = {}
  for i = 1, n + 2 do text[i] = tostring(rawget(t, i)) end
  print(round, ok, message, count, table.concat(text, " "))
end

-- Yields.
local co = coroutine.wrap(function()
  for round = 1, 4 do
    local t = list(40, 100)
    table.sort(t, descending)
    coroutine.yield(sum(t))
  end
end)
for round = 1, 4 do print(co()) end

-- In the hash part, and with holes.
for round = 1, 20 do
  local t = {}
  for i = 40, 1, -1 do t[i] = random(90) end
  t.x = round
  table.sort(t, descending)
  print(sum(t), t.x)
end
