-- Conway's Life on a torus, and elementary cellular automata.
local function life(rows)
  local g = {}
  for y, r in ipairs(rows) do g[y] = {} for x = 1, #r do g[y][x] = r:sub(x, x) == "#" and 1 or 0 end end
  return g
end
local function step(g)
  local h, w, n = #g, #g[1], {}
  for y = 1, h do
    n[y] = {}
    for x = 1, w do
      local s = 0
      for dy = -1, 1 do
        for dx = -1, 1 do if dx ~= 0 or dy ~= 0 then s = s + g[(y + dy - 1) % h + 1][(x + dx - 1) % w + 1] end end
      end
      n[y][x] = (s == 3 or s == 2 and g[y][x] == 1) and 1 or 0
    end
  end
  return n
end
local function show(g)
  local r = {}
  for y = 1, #g do local l = {} for x = 1, #g[y] do l[x] = g[y][x] == 1 and "#" or "." end r[y] = table.concat(l) end
  return table.concat(r, "\n")
end
local g = life{ ".#......", "..#.....", "###.....", "........", "........", "........" }
for i = 0, 8 do if i % 4 == 0 then print("generation", i) print(show(g)) end g = step(g) end
local b = life{ ".....", "..#..", "..#..", "..#..", "....." }
for i = 1, 3 do print(show(b)) b = step(b) end
local rp = {}
for y = 1, 20 do rp[y] = ("."):rep(20) end
rp[9], rp[10], rp[11] = "........." .. "##" .. ".........", "........##..........", ".........#.........."
local r = life(rp)
for i = 1, 60 do
  r = step(r)
  if i % 20 == 0 then
    local c = 0
    for _, row in ipairs(r) do for _, v in ipairs(row) do c = c + v end end
    print(i, c)
  end
end
for _, rule in ipairs{ 30, 90, 110, 184 } do
  local row = {}
  for i = 1, 41 do row[i] = i == 21 and 1 or 0 end
  print("rule", rule)
  for gen = 1, 8 do
    print((table.concat(row):gsub("0", " "):gsub("1", "*"):gsub(" +$", "")))
    local nxt = {}
    for i = 1, 41 do
      local k = (row[(i - 2) % 41 + 1]) * 4 + row[i] * 2 + row[i % 41 + 1]
      nxt[i] = bit.band(bit.rshift(rule, k), 1)
    end
    row = nxt
  end
end
