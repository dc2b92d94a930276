-- A sudoku solver with constraint propagation.
local function solve(s)
  local rows, cols, boxes, cells = {}, {}, {}, {}
  for i = 1, 9 do rows[i], cols[i], boxes[i] = {}, {}, {} end
  local grid, steps = {}, 0
  local function box(r, c) return math.floor((r - 1) / 3) * 3 + math.floor((c - 1) / 3) + 1 end
  local function put(r, c, v) grid[r][c] = v rows[r][v], cols[c][v], boxes[box(r, c)][v] = true, true, true end
  local function clear(r, c, v) grid[r][c] = 0 rows[r][v], cols[c][v], boxes[box(r, c)][v] = nil, nil, nil end
  for r = 1, 9 do
    grid[r] = {}
    for c = 1, 9 do
      local v = tonumber(s:sub((r - 1) * 9 + c, (r - 1) * 9 + c)) or 0
      grid[r][c] = 0
      if v ~= 0 then
        if rows[r][v] or cols[c][v] or boxes[box(r, c)][v] then return nil, "contradiction in the givens" end
        put(r, c, v)
      end
    end
  end
  local function search()
    local br, bc, bn, bl
    for r = 1, 9 do
      for c = 1, 9 do
        if grid[r][c] == 0 then
          local l, n = {}, 0
          for v = 1, 9 do
            if not rows[r][v] and not cols[c][v] and not boxes[box(r, c)][v] then n = n + 1 l[n] = v end
          end
          if n == 0 then return false end
          if not bn or n < bn then br, bc, bn, bl = r, c, n, l if n == 1 then goto go end end
        end
      end
    end
    ::go::
    if not br then return true end
    for _, v in ipairs(bl) do steps = steps + 1 put(br, bc, v) if search() then return true end clear(br, bc, v) end
    return false
  end
  if search() then
    local out = {}
    for r = 1, 9 do out[r] = table.concat(grid[r]) end
    return table.concat(out, "\n"), steps
  end
  return nil, "no solution after " .. steps
end
for _, p in ipairs{ "530070000600195000098000060800060003400803001700020006060000280000419005000080079",
  "000000907000420180000705026100904000050000040000507009920108000034059000507000000",
  "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..", "55" .. ("."):rep(79),
  "12345678.........9" .. ("."):rep(64) } do print(solve(p)) end
