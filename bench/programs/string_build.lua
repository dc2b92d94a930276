-- Builds strings by concatenation, table.concat, rep, format and upper.
-- Measures: string creation and interning, garbage collection of strings.
-- small: 20
local n = tonumber(arg and arg[1]) or 70000

local concat, format, rep, byte = table.concat, string.format, string.rep, string.byte
local total, hash = 0, 0

local function note(s)
  total = total + #s
  hash = (hash * 31 + byte(s, 1) * 7 + byte(s, -1) + #s) % 16777213
end

local function appended(count)
  local s = ""
  for i = 1, count do s = s .. (i % 10) end
  return s
end

local function joined(count)
  local parts = {}
  for i = 1, count do parts[#parts + 1] = "item" .. i end
  return concat(parts, ", ")
end

local function report(i)
  local rows = {}
  for j = 1, 8 do
    rows[j] = format("%-10s|%6d|%8.2f|%x", "row" .. j, i * j, i / j, i + j)
  end
  return concat(rows, "\n")
end

local function escaped(i)
  return "<a href='" .. i .. "'>" .. rep("*", i % 7) .. "</a>" .. tostring(i * 3)
end

for i = 1, n do
  note(appended(60))
  note(joined(60))
  note(report(i))
  for j = 1, 20 do note(escaped(i + j)) end
  note(rep("ab", i % 100 + 1))
  note(string.upper("value " .. i) .. string.lower("KEY " .. i))
end
print(string.format("%d bytes, checksum %d", total, hash))
