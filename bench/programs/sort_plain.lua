-- table.sort without a comparator: numbers and strings, in several orders.
-- Measures: the library's sort and its comparisons.
-- small: 100
local n = tonumber(arg and arg[1]) or 270000

local seed = 1
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local function check(name, t)
  for i = 2, #t do assert(t[i - 1] <= t[i], name) end
  print(name, t[1], t[math.ceil(#t / 2)], t[#t])
end

local function numbers(make)
  local t = {}
  for i = 1, n do t[i] = make(i) end
  return t
end

local function run(name, make)
  local t = numbers(make)
  table.sort(t)
  check(name, t)
end

run("random", function() return random(1000000) end)
run("few values", function() return random(10) end)
run("sorted", function(i) return i end)
run("reversed", function(i) return n - i end)
run("organ pipe", function(i) return i < n / 2 and i or n - i end)
run("strings", function() return string.format("%08d", random(100000000)) end)
run("words", function() return "key" .. random(5000) end)
