-- Generators by coroutine.wrap: tree walks, a chain of prime filters, permutations.
-- Measures: yields from nested calls, wrapped coroutines in generic for loops.
-- small: 1
local n = tonumber(arg and arg[1]) or 4500

local wrap, yield = coroutine.wrap, coroutine.yield

local function tree(lo, hi)
  if lo > hi then return nil end
  local mid = math.floor((lo + hi) / 2)
  return { key = mid, left = tree(lo, mid - 1), right = tree(mid + 1, hi) }
end

local function walk(node)
  if node then
    walk(node.left)
    yield(node.key)
    walk(node.right)
  end
end

local function inorder(root)
  return wrap(function() walk(root) end)
end

local function count_from(k, limit)
  return wrap(function()
    for i = k, limit do yield(i) end
  end)
end

local function filter(prime, source)
  return wrap(function()
    for i in source do
      if i % prime ~= 0 then yield(i) end
    end
  end)
end

local function primes(limit)
  local source, last, count = count_from(2, limit), 0, 0
  while true do
    local prime = source()
    if not prime then return count, last end
    last = prime
    count = count + 1
    source = filter(prime, source)
  end
end

local function permgen(a, size)
  if size <= 1 then
    yield(a)
  else
    for i = 1, size do
      a[size], a[i] = a[i], a[size]
      permgen(a, size - 1)
      a[size], a[i] = a[i], a[size]
    end
  end
end

local function permutations(a)
  return wrap(function() permgen(a, #a) end)
end

local root = tree(1, 1000)
local sum = 0
for round = 1, n do
  for key in inorder(root) do sum = sum + key * round % 7 end
  local count, last = primes(300)
  sum = sum + count * last
  for p in permutations { 1, 2, 3, 4, 5, 6 } do sum = sum + p[1] * p[6] end
end
print(string.format("%d", sum))
