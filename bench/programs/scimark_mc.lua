-- Monte Carlo estimate of pi with a lagged Fibonacci generator in Lua.
-- Measures: a closure's upvalues, conditionals, array access (SciMark kernel).
-- small: 1000
-- long: 22000000
local n = tonumber(arg and arg[1]) or 6000000

local MOD = 2147483647

local function generator(seed)
  local lag = {}
  for i = 1, 17 do
    seed = (seed * 16807) % MOD
    lag[i] = seed
  end
  local i, j = 17, 5
  return function()
    local k = lag[i] - lag[j]
    if k < 0 then k = k + MOD end
    lag[j] = k
    i = i > 1 and i - 1 or 17
    j = j > 1 and j - 1 or 17
    return k / MOD
  end
end

local random = generator(113)
local hits = 0
for _ = 1, n do
  local x, y = random(), random()
  if x * x + y * y <= 1 then hits = hits + 1 end
end
print(string.format("%.9f", 4 * hits / n))
