-- Hash tables with string keys: insert, look up, count, delete, iterate, intern anew.
-- Measures: interning of computed strings, hash growth, pairs and next.
-- small: 100
local n = tonumber(arg and arg[1]) or 300000

local format = string.format
local function hex(i) return format("%x", i) end

local round_sum = 0
for round = 1, 4 do
  local t, hits = {}, 0
  for i = 1, n do t[hex(i)] = i end
  for i = n, 1, -1 do
    if t[tostring(i)] then hits = hits + 1 end
  end
  for i = 1, n, 2 do t[hex(i)] = nil end
  local left, sum = 0, 0
  for key, value in pairs(t) do
    left = left + 1
    sum = sum + value + #key
  end
  for i = 1, n, 3 do t["k" .. i] = round end
  for key in pairs(t) do
    if key:sub(1, 1) == "k" then t[key] = nil end
  end
  local rest = 0
  for _ in pairs(t) do rest = rest + 1 end
  round_sum = (round_sum + hits * 3 + left + sum + rest) % 1000000007
end
print(format("%d", round_sum))

local counts = {}
for i = 1, n * 4 do
  local key = "word" .. (i * 7919) % 1000
  counts[key] = (counts[key] or 0) + 1
end
local best, best_count = nil, 0
for key, count in pairs(counts) do
  if count > best_count or count == best_count and key < best then best, best_count = key, count end
end
print(best, best_count)
