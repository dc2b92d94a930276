-- Splits a generated program text into tokens byte by byte and by anchored patterns.
-- Measures: string.byte and sub in a state machine, string comparisons, set lookups.
-- small: 3
-- long: 3600
local n = tonumber(arg and arg[1]) or 850

local byte, sub, find = string.byte, string.sub, string.find

local source = {}
for i = 1, 60 do
  source[#source + 1] = ([[
-- function number @
local function compute_@(alpha, beta)
  local result = { alpha * @.5, beta + 0x@, name = "item @", 'quoted\'s' }
  for index = 1, #result do
    if result[index] ~= nil and index <= @ then
      result[index] = result[index] .. tostring(alpha == beta) --[=[ inline ]=]
    end
  end
  return result, alpha >= @e3 and "yes\n" or 'no'
end
]]):gsub("@", tostring(i))
end
source = table.concat(source)

local keywords = {}
for word in ([[and break do else elseif end false for function if in local nil not or
  repeat return then true until while]]):gmatch("%a+") do
  keywords[word] = true
end

local class = {}
for c = 0, 255 do
  local s = string.char(c)
  class[c] = s:find("[%a_]") and "letter" or s:find("%d") and "digit" or s:find("%s") and "space"
    or (s == '"' or s == "'") and "quote" or "other"
end

local twins = { ["=="] = true, ["~="] = true, ["<="] = true, [">="] = true, [".."] = true }

local function scan(s)
  local kinds, values, count = {}, {}, 0
  local i, size = 1, #s
  while i <= size do
    local c = byte(s, i)
    local kind = class[c]
    local start = i
    if kind == "space" then
      repeat i = i + 1 until i > size or class[byte(s, i)] ~= "space"
    elseif kind == "letter" then
      repeat
        i = i + 1
        local k = class[byte(s, i) or 0]
      until k ~= "letter" and k ~= "digit"
      local word = sub(s, start, i - 1)
      count = count + 1
      kinds[count] = keywords[word] and "keyword" or "name"
      values[count] = word
    elseif kind == "digit" then
      repeat
        i = i + 1
        local k = class[byte(s, i) or 0]
      until k ~= "digit" and k ~= "letter" and byte(s, i) ~= 46
      count = count + 1
      kinds[count] = "number"
      values[count] = tonumber(sub(s, start, i - 1))
    elseif kind == "quote" then
      i = i + 1
      while byte(s, i) ~= c do
        if byte(s, i) == 92 then i = i + 1 end
        i = i + 1
      end
      i = i + 1
      count = count + 1
      kinds[count] = "string"
      values[count] = sub(s, start + 1, i - 2)
    elseif c == 45 and byte(s, i + 1) == 45 then
      local _, _, level = find(s, "^%[(=*)%[", i + 2)
      if level then
        local _, stop = find(s, "]" .. level .. "]", i, true)
        i = stop + 1
      else
        i = (find(s, "\n", i, true) or size) + 1
      end
    else
      local two = sub(s, i, i + 1)
      count = count + 1
      kinds[count] = "op"
      if twins[two] then
        values[count] = two
        i = i + 2
      else
        values[count] = sub(s, i, i)
        i = i + 1
      end
    end
  end
  return kinds, values, count
end

local tally, total, hash = {}, 0, 0
for _ = 1, n do
  local kinds, values, count = scan(source)
  total = total + count
  for i = 1, count do
    local kind = kinds[i]
    tally[kind] = (tally[kind] or 0) + 1
    local v = values[i]
    if kind == "number" then hash = hash + v else hash = hash + #v end
  end
  hash = hash % 16777213
end
for _, kind in ipairs { "keyword", "name", "number", "op", "string" } do print(kind, tally[kind]) end
print(total, string.format("%.1f", hash))
