-- Lua patterns over generated log lines: find, match, gmatch, gsub in all forms.
-- Measures: the pattern matcher and its callbacks.
-- small: 20
local n = tonumber(arg and arg[1]) or 50000

local seed = 11
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local levels = { "INFO", "WARN", "ERROR", "DEBUG" }
local hosts = { "alpha", "beta.example", "gamma-3", "delta_x" }
local lines = {}
for i = 1, n do
  lines[i] = string.format(
    "2024-%02d-%02d %02d:%02d:%02d [%s] %s: GET /path/%d/item?id=%d&user=u%d took %d.%03d ms (\"%s\")",
    random(12) + 1, random(28) + 1, random(24), random(60), random(60), levels[random(4) + 1],
    hosts[random(4) + 1], random(100), random(10000), random(500), random(900), random(1000),
    string.rep("x y ", random(4)))
end

local counts, sum = {}, 0
for _, line in ipairs(lines) do
  local y, m, d = line:match("^(%d+)%-(%d+)%-(%d+)")
  sum = sum + y * m * d
  local level = line:match("%[(%u+)%]")
  counts[level] = (counts[level] or 0) + 1
  local host = line:match("%]%s+([%w_.%-]+):")
  counts[host] = (counts[host] or 0) + 1
  for key, value in line:gmatch("([%w_]+)=([^&%s]*)") do sum = sum + #key * #value end
  local ms = tonumber(line:match("took ([%d.]+) ms"))
  sum = sum + ms * 1000
  local from, to = line:find('%b""')
  sum = sum + to - from
  if line:find("ERROR", 1, true) then sum = sum + 1 end
  local masked, digits = line:gsub("%d", "#")
  sum = sum + digits + #masked
  local titled = line:gsub("(%a)(%w*)", function(a, b) return a:upper() .. b end)
  sum = sum + titled:byte(40)
  local templated = ("$level from $host"):gsub("%$(%w+)", { level = level, host = host })
  sum = sum + #templated
  sum = sum + #line:gsub("%s+", " "):gsub("^%s*(.-)%s*$", "<%1>")
  if line:find("%f[%w]item%f[%W]") then sum = sum + 1 end
end
local keys = {}
for key in pairs(counts) do keys[#keys + 1] = key end
table.sort(keys)
for _, key in ipairs(keys) do print(key, counts[key]) end
print(string.format("%.0f", sum))
