-- Edit distance and longest common subsequence of generated words, and a knapsack.
-- Measures: dynamic programming on arrays, string.byte, math.min and max.
-- small: 5
-- long: 1100
local n = tonumber(arg and arg[1]) or 420

local byte, min, max = string.byte, math.min, math.max

local seed = 9
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local function word(length)
  local t = {}
  for i = 1, length do t[i] = string.char(97 + random(6)) end
  return table.concat(t)
end

local function distance(a, b)
  local previous, current = {}, {}
  for j = 0, #b do previous[j] = j end
  for i = 1, #a do
    local ca = byte(a, i)
    current[0] = i
    for j = 1, #b do
      local cost = ca == byte(b, j) and 0 or 1
      current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
    end
    previous, current = current, previous
  end
  return previous[#b]
end

local function common(a, b)
  local rows = {}
  for i = 0, #a do rows[i] = { [0] = 0 } end
  for j = 0, #b do rows[0][j] = 0 end
  for i = 1, #a do
    local row, above, ca = rows[i], rows[i - 1], byte(a, i)
    for j = 1, #b do
      if ca == byte(b, j) then row[j] = above[j - 1] + 1
      elseif above[j] >= row[j - 1] then row[j] = above[j]
      else row[j] = row[j - 1] end
    end
  end
  -- Walk back to get the subsequence itself.
  local i, j, out = #a, #b, {}
  while i > 0 and j > 0 do
    if byte(a, i) == byte(b, j) then
      out[#out + 1] = a:sub(i, i)
      i, j = i - 1, j - 1
    elseif rows[i - 1][j] >= rows[i][j - 1] then i = i - 1
    else j = j - 1 end
  end
  return table.concat(out):reverse()
end

local function knapsack(items, capacity)
  local best = {}
  for c = 0, capacity do best[c] = 0 end
  for _, item in ipairs(items) do
    local weight, value = item.weight, item.value
    for c = capacity, weight, -1 do best[c] = max(best[c], best[c - weight] + value) end
  end
  return best[capacity]
end

local total, lengths, values = 0, 0, 0
for _ = 1, n do
  local a, b = word(150 + random(50)), word(150 + random(50))
  total = total + distance(a, b)
  lengths = lengths + #common(a, b)
  local items = {}
  for k = 1, 30 do items[k] = { weight = random(40) + 1, value = random(100) } end
  values = values + knapsack(items, 300)
end
print(total, lengths, values)
