-- Makes and drops small tables: records, arrays, sets, sparse and nested ones.
-- Measures: table allocation, growth and rehashing, next, insert and remove.
-- small: 20
local n = tonumber(arg and arg[1]) or 180000

local sum = 0
local insert, remove = table.insert, table.remove

local function records(i)
  local list = {}
  for j = 1, 10 do list[j] = { id = i + j, kind = "node", left = nil, weight = j * 0.5 } end
  for j = 1, 10 do sum = sum + list[j].id + list[j].weight end
end

local function growing(i)
  local t = {}
  for j = 1, 20 do t[#t + 1] = j * i end
  for j = 1, 10 do sum = sum + t[j] + remove(t) end
  insert(t, 1, i)
  sum = sum + t[1] + #t + remove(t, 1)
end

local function fields()
  local t = {}
  t.a, t.b, t.c, t.d = 1, 2, 3, 4
  t.e, t.f, t.g, t.h = 5, 6, 7, 8
  t.a, t.c, t.e, t.g = nil, nil, nil, nil
  for _, v in pairs(t) do sum = sum + v end
end

local function set(i)
  local s = {}
  for j = 1, 15 do s[(i * j) % 37] = true end
  local count = 0
  for _ in pairs(s) do count = count + 1 end
  sum = sum + count
end

local function nested(i)
  local grid = {}
  for y = 1, 4 do
    local row = {}
    for x = 1, 4 do row[x] = { x = x, y = y } end
    grid[y] = row
  end
  local cell = grid[i % 4 + 1][(i + 1) % 4 + 1]
  sum = sum + cell.x * 10 + cell.y
end

for i = 1, n do
  records(i)
  growing(i)
  fields()
  set(i)
  nested(i)
  sum = sum % 1000000007
end
print(string.format("%.1f", sum))
