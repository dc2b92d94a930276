-- Escape times of the Mandelbrot set on a square grid.
-- Measures: float arithmetic in locals, comparisons.
-- small: 16
-- long: 3200
local n = tonumber(arg and arg[1]) or 1500

local LIMIT = 50
local inside, total = 0, 0
for y = 0, n - 1 do
  local ci = 2 * y / n - 1
  for x = 0, n - 1 do
    local cr = 2 * x / n - 1.5
    local zr, zi, zr2, zi2 = 0, 0, 0, 0
    local escaped = false
    for i = 1, LIMIT do
      zi = 2 * zr * zi + ci
      zr = zr2 - zi2 + cr
      zr2 = zr * zr
      zi2 = zi * zi
      if zr2 + zi2 > 4 then
        escaped = true
        total = total + i
        break
      end
    end
    if not escaped then inside = inside + 1 end
  end
end
print(string.format("%d inside, %d iterations outside", inside, total))
