-- Successive over-relaxation on a square grid.
-- Measures: neighbouring rows of nested arrays (SciMark kernel).
-- small: 2
-- long: 22000
local n = tonumber(arg and arg[1]) or 4000

local SIZE = 100
local OMEGA = 1.25

local seed = 101
local function random()
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
end

local grid = {}
for i = 1, SIZE do
  local row = {}
  for j = 1, SIZE do row[j] = random() end
  grid[i] = row
end

local function relax(g, rounds)
  local quarter, keep = OMEGA * 0.25, 1 - OMEGA
  for _ = 1, rounds do
    for i = 2, SIZE - 1 do
      local row, above, below = g[i], g[i - 1], g[i + 1]
      for j = 2, SIZE - 1 do
        row[j] = quarter * (above[j] + below[j] + row[j - 1] + row[j + 1]) + keep * row[j]
      end
    end
  end
end

relax(grid, n)
local sum = 0
for i = 1, SIZE do
  for j = 1, SIZE do sum = sum + grid[i][j] end
end
print(string.format("%.6f", sum))
