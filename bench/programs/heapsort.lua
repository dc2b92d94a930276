-- Sorts an array of random floats with a heap.
-- Measures: array reads and writes, data-dependent branches.
-- small: 100
-- long: 2000000
local n = tonumber(arg and arg[1]) or 1200000

local seed = 42
local function random()
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
end

local function sift_down(a, root, last)
  local value = a[root]
  while true do
    local child = root * 2
    if child > last then break end
    if child < last and a[child] < a[child + 1] then child = child + 1 end
    if value >= a[child] then break end
    a[root] = a[child]
    root = child
  end
  a[root] = value
end

local function heapsort(a, size)
  for root = math.floor(size / 2), 1, -1 do sift_down(a, root, size) end
  for last = size, 2, -1 do
    a[1], a[last] = a[last], a[1]
    sift_down(a, 1, last - 1)
  end
end

local a = {}
for i = 1, n do a[i] = random() end
heapsort(a, n)
for i = 2, n do assert(a[i - 1] <= a[i], "not sorted") end
print(string.format("%.9f %.9f %.9f", a[1], a[math.floor(n / 2)], a[n]))
