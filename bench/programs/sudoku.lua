-- Solves sudoku puzzles by backtracking on the cell with the fewest candidates.
-- Measures: sets in tables, recursion, scans over small arrays.
-- small: 1
local n = tonumber(arg and arg[1]) or 220

local units = {} -- per cell: its row, column and box
for cell = 0, 80 do
  local row, col = math.floor(cell / 9), cell % 9
  units[cell] = { row + 1, col + 10, math.floor(row / 3) * 3 + math.floor(col / 3) + 19 }
end

local visited = 0

local function solve(puzzle)
  local value, used, open = {}, {}, 0
  for u = 1, 27 do used[u] = {} end
  local function set(cell, digit)
    value[cell] = digit
    for _, u in ipairs(units[cell]) do used[u][digit] = true end
  end
  local function clear(cell)
    local digit = value[cell]
    value[cell] = 0
    for _, u in ipairs(units[cell]) do used[u][digit] = nil end
  end
  for cell = 0, 80 do
    local digit = tonumber(puzzle:sub(cell + 1, cell + 1))
    if digit > 0 then set(cell, digit) else value[cell] = 0 open = open + 1 end
  end

  local function search(left)
    if left == 0 then return true end
    visited = visited + 1
    local best, fewest = nil, 10
    for cell = 0, 80 do
      if value[cell] == 0 then
        local u = units[cell]
        local a, b, c = used[u[1]], used[u[2]], used[u[3]]
        local count = 0
        for digit = 1, 9 do
          if not (a[digit] or b[digit] or c[digit]) then count = count + 1 end
        end
        if count < fewest then
          best, fewest = cell, count
          if count < 2 then break end
        end
      end
    end
    local u = units[best]
    for digit = 1, 9 do
      if not (used[u[1]][digit] or used[u[2]][digit] or used[u[3]][digit]) then
        set(best, digit)
        if search(left - 1) then return true end
        clear(best)
      end
    end
    return false
  end

  if not search(open) then return "no solution" end
  local out = {}
  for cell = 0, 80 do out[cell + 1] = string.format("%d", value[cell]) end
  return table.concat(out)
end

-- Puzzles are made from one full grid by taking cells away; each has at least one solution.
local seed = 31
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local function puzzle(holes)
  local names = { 1, 2, 3, 4, 5, 6, 7, 8, 9 }
  for i = 9, 2, -1 do
    local j = random(i) + 1
    names[i], names[j] = names[j], names[i]
  end
  local cells = {}
  for cell = 0, 80 do
    local row, col = math.floor(cell / 9), cell % 9
    cells[cell + 1] = names[(row * 3 + math.floor(row / 3) + col) % 9 + 1]
  end
  for _ = 1, holes do cells[random(81) + 1] = 0 end
  return table.concat(cells)
end

local hash = 0
for i = 1, n do
  for holes = 40, 110, 10 do
    local solution = solve(puzzle(holes))
    hash = (hash * 31 + tonumber(solution:sub(1, 9)) + i) % 16777213
  end
end
print(string.format("%d nodes, checksum %d", visited, hash))
