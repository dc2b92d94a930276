-- Conway's Game of Life on a torus, started from an R-pentomino and gliders.
-- Measures: nested arrays of small integers, neighbour sums, branches.
-- small: 5
-- long: 28000
local n = tonumber(arg and arg[1]) or 2300

local W, H = 96, 96

local function empty()
  local grid = {}
  for y = 1, H do
    local row = {}
    for x = 1, W do row[x] = 0 end
    grid[y] = row
  end
  return grid
end

local function stamp(grid, pattern, left, top)
  for dy, line in ipairs(pattern) do
    for dx = 1, #line do
      if string.sub(line, dx, dx) == "#" then grid[top + dy][left + dx] = 1 end
    end
  end
end

local function step(from, to)
  local alive = 0
  for y = 1, H do
    local above = from[y > 1 and y - 1 or H]
    local row = from[y]
    local below = from[y < H and y + 1 or 1]
    local out = to[y]
    local left = W
    for x = 1, W do
      local right = x < W and x + 1 or 1
      local sum = above[left] + above[x] + above[right] + row[left] + row[right]
        + below[left] + below[x] + below[right]
      if sum == 3 or (sum == 2 and row[x] == 1) then
        out[x] = 1
        alive = alive + 1
      else
        out[x] = 0
      end
      left = x
    end
  end
  return alive
end

local a, b = empty(), empty()
stamp(a, { ".##", "##.", ".#." }, 48, 48)
stamp(a, { ".#.", "..#", "###" }, 5, 5)
stamp(a, { ".#.", "..#", "###" }, 70, 20)
stamp(a, { "###" }, 20, 70)

local alive, history = 0, 0
for _ = 1, n do
  alive = step(a, b)
  a, b = b, a
  history = (history * 31 + alive) % 16777213
end
print(string.format("%d alive after %d steps, checksum %d", alive, n, history))
