-- Generates DNA by repetition and by weighted random selection, in lines of 60.
-- Measures: linear search, string.char and concatenation, substrings.
-- small: 100
-- long: 2200000
local n = tonumber(arg and arg[1]) or 1000000

local WIDTH = 60
local seed = 42
local function random(max)
  seed = (seed * 3877 + 29573) % 139968
  return max * seed / 139968
end

local sum, lines, bytes = 0, 0, 0
local function emit(line)
  lines = lines + 1
  bytes = bytes + #line
  local first, last = string.byte(line, 1), string.byte(line, -1)
  sum = (sum * 31 + first * 256 + last + #line) % 16777213
end

local function repeat_fasta(source, count)
  local length = #source
  local twice = source .. source
  local pos = 0
  while count > 0 do
    local width = count < WIDTH and count or WIDTH
    emit(string.sub(twice, pos + 1, pos + width))
    pos = (pos + width) % length
    count = count - width
  end
end

local function cumulate(weights)
  local acc, table_ = 0, {}
  for i = 1, #weights, 2 do
    acc = acc + weights[i + 1]
    table_[#table_ + 1] = { letter = weights[i], limit = acc }
  end
  return table_
end

local function random_fasta(weights, count)
  local entries = cumulate(weights)
  local buffer = {}
  while count > 0 do
    local width = count < WIDTH and count or WIDTH
    for i = 1, width do
      local r = random(1)
      local k = 1
      while k < #entries and entries[k].limit < r do k = k + 1 end
      buffer[i] = entries[k].letter
    end
    emit(table.concat(buffer, "", 1, width))
    count = count - width
  end
end

-- Any text serves as the repeated part; this one is made here, 287 letters long.
local alu = {}
for i = 1, 287 do
  local k = math.floor(random(4)) + 1
  alu[i] = string.sub("GCAT", k, k)
end

repeat_fasta(table.concat(alu), n * 2)
print("ONE", lines, bytes, string.format("%d", sum))
random_fasta({
  "a", 0.27, "c", 0.12, "g", 0.12, "t", 0.27, "B", 0.02, "D", 0.02, "H", 0.02, "K", 0.02,
  "M", 0.02, "N", 0.02, "R", 0.02, "S", 0.02, "V", 0.02, "W", 0.02, "Y", 0.02,
}, n * 3)
print("TWO", lines, bytes, string.format("%d", sum))
random_fasta({
  "a", 0.3029549426680, "c", 0.1979883004921, "g", 0.1975473066391, "t", 0.3015094502008,
}, n * 5)
print("THREE", lines, bytes, string.format("%d", sum))
