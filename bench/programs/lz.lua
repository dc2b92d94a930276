-- LZ77 with a hash of three bytes and LZW, both ways, on generated text.
-- Measures: string.byte, hash tables with integer and string keys, concat.
-- small: 2000
local n = tonumber(arg and arg[1]) or 3000000

local byte, char, sub, concat = string.byte, string.char, string.sub, table.concat

local seed = 3
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local function text(length)
  local words = {}
  for i = 1, 300 do
    local w = {}
    for j = 1, random(7) + 2 do w[j] = char(97 + random(26)) end
    words[i] = concat(w)
  end
  local out, size = {}, 0
  while size < length do
    -- The product of two draws prefers the first words, as languages do.
    local w = words[random(17) * random(17) + 1]
    out[#out + 1] = w
    size = size + #w + 1
  end
  return sub(concat(out, " "), 1, length)
end

local MIN, MAX, WINDOW = 3, 255, 32768

-- Answers a list: a byte as a number, or a match as distance * 256 + length, negative.
local function lz77(s)
  local out, count, latest = {}, 0, {}
  local i, size = 1, #s
  while i <= size do
    local length, distance = 0, 0
    if i + 2 <= size then
      local a, b, c = byte(s, i, i + 2)
      local key = a * 65536 + b * 256 + c
      local at = latest[key]
      latest[key] = i
      if at and i - at < WINDOW then
        length = MIN
        while length < MAX and i + length <= size and byte(s, at + length) == byte(s, i + length) do
          length = length + 1
        end
        distance = i - at
      end
    end
    count = count + 1
    if length >= MIN then
      out[count] = -(distance * 256 + length)
      i = i + length
    else
      out[count] = byte(s, i)
      i = i + 1
    end
  end
  return out
end

local function unlz77(codes)
  local out, count = {}, 0
  for i = 1, #codes do
    local code = codes[i]
    if code >= 0 then
      count = count + 1
      out[count] = code
    else
      code = -code
      local length = code % 256
      local from = count - (code - length) / 256
      for k = 1, length do out[count + k] = out[from + k] end
      count = count + length
    end
  end
  local parts = {}
  for i = 1, count do parts[i] = char(out[i]) end
  return concat(parts)
end

local function lzw(s)
  local dict, next_code = {}, 256
  for i = 0, 255 do dict[char(i)] = i end
  local out, current = {}, ""
  for i = 1, #s do
    local c = sub(s, i, i)
    local longer = current .. c
    if dict[longer] then
      current = longer
    else
      out[#out + 1] = dict[current]
      dict[longer] = next_code
      next_code = next_code + 1
      current = c
    end
  end
  if current ~= "" then out[#out + 1] = dict[current] end
  return out
end

local function unlzw(codes)
  local dict, next_code = {}, 256
  for i = 0, 255 do dict[i] = char(i) end
  local previous = dict[codes[1]]
  local out = { previous }
  for i = 2, #codes do
    local entry = dict[codes[i]] or previous .. sub(previous, 1, 1)
    out[i] = entry
    dict[next_code] = previous .. sub(entry, 1, 1)
    next_code = next_code + 1
    previous = entry
  end
  return concat(out)
end

local s = text(n)
local a = lz77(s)
assert(unlz77(a) == s, "lz77")
local b = lzw(s)
assert(unlzw(b) == s, "lzw")
local h = 0
for i = 1, #a do h = (h * 31 + a[i] % 65536) % 16777213 end
for i = 1, #b do h = (h * 31 + b[i]) % 16777213 end
print(string.format("%d bytes, %d and %d codes, checksum %d", #s, #a, #b, h))
