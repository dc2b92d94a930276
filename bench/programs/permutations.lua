-- All permutations and combinations: Heap's algorithm, lexicographic order, subsets.
-- Measures: recursion with table writes, swaps, small array copies.
-- small: 5
local n = tonumber(arg and arg[1]) or 10

local function heap_permute(a, k, visit)
  if k == 1 then return visit(a) end
  for i = 1, k - 1 do
    heap_permute(a, k - 1, visit)
    if k % 2 == 0 then a[i], a[k] = a[k], a[i] else a[1], a[k] = a[k], a[1] end
  end
  return heap_permute(a, k - 1, visit)
end

local function next_permutation(a)
  local size = #a
  local i = size - 1
  while i > 0 and a[i] >= a[i + 1] do i = i - 1 end
  if i == 0 then return false end
  local j = size
  while a[j] <= a[i] do j = j - 1 end
  a[i], a[j] = a[j], a[i]
  local lo, hi = i + 1, size
  while lo < hi do
    a[lo], a[hi] = a[hi], a[lo]
    lo, hi = lo + 1, hi - 1
  end
  return true
end

local function combinations(items, k, visit)
  local chosen = {}
  local function go(start, depth)
    if depth > k then return visit(chosen) end
    for i = start, #items - (k - depth) do
      chosen[depth] = items[i]
      go(i + 1, depth + 1)
    end
  end
  go(1, 1)
end

local function range(size)
  local t = {}
  for i = 1, size do t[i] = i end
  return t
end

local count, hash = 0, 0
heap_permute(range(n), n, function(a)
  count = count + 1
  hash = (hash * 7 + a[1] * a[n] + a[2]) % 16777213
end)
print(string.format("%d %d", count, hash))

count, hash = 0, 0
local a = range(n)
repeat
  count = count + 1
  hash = (hash * 7 + a[1] * a[n] + a[2]) % 16777213
until not next_permutation(a)
print(string.format("%d %d", count, hash))

count, hash = 0, 0
combinations(range(2 * n), math.floor(n * 0.8), function(c)
  count = count + 1
  hash = (hash * 7 + c[1] + c[#c]) % 16777213
end)
print(string.format("%d %d", count, hash))
