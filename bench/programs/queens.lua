-- Counts the solutions of the n queens problem by backtracking.
-- Measures: recursion, boolean arrays, branches.
-- small: 5
local n = tonumber(arg and arg[1]) or 13

local columns, up, down = {}, {}, {}
local place = {}
local solutions, weight = 0, 0

local function try(row)
  if row > n then
    solutions = solutions + 1
    for i = 1, n do weight = (weight + i * place[i] * solutions) % 1000003 end
    return
  end
  for col = 1, n do
    local u, d = row + col, row - col + n
    if not columns[col] and not up[u] and not down[d] then
      columns[col], up[u], down[d] = true, true, true
      place[row] = col
      try(row + 1)
      columns[col], up[u], down[d] = false, false, false
    end
  end
end

for i = 1, n do columns[i] = false end
for i = 1, 2 * n do up[i], down[i] = false, false end
try(1)
print(string.format("%d queens: %d solutions, checksum %d", n, solutions, weight))
