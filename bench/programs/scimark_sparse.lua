-- Sparse matrix times vector, compressed rows.
-- Measures: indirect array access (SciMark kernel).
-- small: 1
-- long: 42000
local n = tonumber(arg and arg[1]) or 10000

local SIZE, NONZERO = 1000, 5000

local seed = 101
local function random()
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
end

local values, columns, rows = {}, {}, {}
local per_row = NONZERO / SIZE
local at = 1
for r = 1, SIZE do
  rows[r] = at
  local step = math.max(1, math.floor(r / per_row))
  for i = 0, per_row - 1 do
    columns[at] = (i * step) % SIZE + 1
    values[at] = random()
    at = at + 1
  end
end
rows[SIZE + 1] = at

local x, y = {}, {}
for i = 1, SIZE do
  x[i] = random()
  y[i] = 0
end

local function multiply(rounds)
  for _ = 1, rounds do
    for r = 1, SIZE do
      local sum = 0
      for i = rows[r], rows[r + 1] - 1 do sum = sum + x[columns[i]] * values[i] end
      y[r] = sum
    end
  end
end

multiply(n)
local sum = 0
for i = 1, SIZE do sum = sum + y[i] end
print(string.format("%.9f", sum))
