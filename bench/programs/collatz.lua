-- Collatz sequences, gcd sums, modular powers and digit sums.
-- Measures: integer-valued arithmetic, modulo, while loops, floor.
-- small: 100
-- long: 900000
local n = tonumber(arg and arg[1]) or 360000

local floor = math.floor

local function collatz(limit)
  local best, longest = 0, 0
  for start = 1, limit do
    local x, steps = start, 0
    while x ~= 1 do
      if x % 2 == 0 then x = x / 2 else x = 3 * x + 1 end
      steps = steps + 1
    end
    if steps > longest then best, longest = start, steps end
  end
  return best, longest
end

local function gcd(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end

local function power(base, exponent, modulus)
  local result = 1
  base = base % modulus
  while exponent > 0 do
    if exponent % 2 == 1 then result = result * base % modulus end
    base = base * base % modulus
    exponent = floor(exponent / 2)
  end
  return result
end

local function digit_sum(x)
  local sum = 0
  while x > 0 do
    sum = sum + x % 10
    x = floor(x / 10)
  end
  return sum
end

print(string.format("%d %d", collatz(n)))
local sum = 0
for i = 1, n do
  sum = sum + gcd(i * 12, 360360) + power(i, 65537, 1000003) + digit_sum(i * i)
end
print(string.format("%d", sum))
