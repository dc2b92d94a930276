-- Counts the words and letters of a generated text and prints the most frequent.
-- Measures: gmatch, lower, table counting, sort with a comparator.
-- small: 500
-- long: 4000000
local n = tonumber(arg and arg[1]) or 2000000

local seed = 17
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local syllables = { "ka", "lo", "mi", "ter", "an", "su", "ve", "ro", "in", "da", "pel", "or" }
local marks = { " ", " ", " ", " ", " ", ", ", ". ", "; ", "\n", " - " }
local vocabulary = {}
for i = 1, 900 do
  local word = ""
  for _ = 1, random(3) + 1 do word = word .. syllables[random(#syllables) + 1] end
  if i % 10 == 0 then word = word:sub(1, 1):upper() .. word:sub(2) end
  vocabulary[i] = word
end

local parts = {}
for i = 1, n do
  parts[#parts + 1] = vocabulary[random(30) * random(30) + 1]
  parts[#parts + 1] = marks[random(#marks) + 1]
end
local text = table.concat(parts)

local words, total = {}, 0
for word in text:gmatch("%a+") do
  word = word:lower()
  words[word] = (words[word] or 0) + 1
  total = total + 1
end
local list = {}
for word, count in pairs(words) do list[#list + 1] = { word = word, count = count } end
table.sort(list, function(a, b)
  return a.count > b.count or a.count == b.count and a.word < b.word
end)
print(total, #list)
for i = 1, 5 do print(list[i].word, list[i].count) end

local letters = {}
for line in text:gmatch("[^\n]+") do
  for i = 1, #line, 3 do
    local c = line:byte(i)
    letters[c] = (letters[c] or 0) + 1
  end
end
local hash = 0
for c = 0, 255 do hash = (hash * 31 + (letters[c] or 0)) % 16777213 end
print(string.format("%d", hash))
