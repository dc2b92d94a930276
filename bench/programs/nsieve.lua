-- Sieve of Eratosthenes on three array sizes.
-- Measures: boolean arrays, loops with a step.
-- small: 4
-- long: 16000
local n = tonumber(arg and arg[1]) or 9000

local function nsieve(size)
  local flags = {}
  for i = 2, size do flags[i] = true end
  local count = 0
  for i = 2, size do
    if flags[i] then
      for k = i + i, size, i do flags[k] = false end
      count = count + 1
    end
  end
  return count
end

for i = 0, 2 do
  local size = math.floor(n * 1000 / 2 ^ i)
  print(string.format("Primes up to %8d %8d", size, nsieve(size)))
end
