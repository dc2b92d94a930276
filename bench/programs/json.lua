-- Encodes a generated document as JSON, decodes the text and compares.
-- Measures: string scanning, type dispatch, recursion, table building.
-- small: 1
local n = tonumber(arg and arg[1]) or 350

local byte, sub, find, format = string.byte, string.sub, string.find, string.format
local concat = table.concat

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f",
  ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function escape(c) return escapes[c] or format("\\u%04x", byte(c)) end

local encode_value
local function encode_string(s)
  return '"' .. s:gsub('[%c"\\]', escape) .. '"'
end

local function encode_table(t, out)
  if #t > 0 or next(t) == nil then
    out[#out + 1] = "["
    for i = 1, #t do
      if i > 1 then out[#out + 1] = "," end
      encode_value(t[i], out)
    end
    out[#out + 1] = "]"
  else
    local keys = {}
    for k in pairs(t) do keys[#keys + 1] = k end
    table.sort(keys)
    out[#out + 1] = "{"
    for i, k in ipairs(keys) do
      if i > 1 then out[#out + 1] = "," end
      out[#out + 1] = encode_string(k)
      out[#out + 1] = ":"
      encode_value(t[k], out)
    end
    out[#out + 1] = "}"
  end
end

function encode_value(v, out)
  local kind = type(v)
  if kind == "table" then
    encode_table(v, out)
  elseif kind == "string" then
    out[#out + 1] = encode_string(v)
  elseif kind == "number" then
    out[#out + 1] = format("%.14g", v)
  else
    out[#out + 1] = tostring(v)
  end
end

local function encode(v)
  local out = {}
  encode_value(v, out)
  return concat(out)
end

local unescapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local decode_value

local function skip(s, i) return find(s, "[^ \t\r\n]", i) or #s + 1 end

local function decode_string(s, i)
  local start, parts = i + 1, nil
  local pos = start
  while true do
    local stop = find(s, '["\\]', pos)
    if not stop then error("unfinished string at " .. i) end
    if byte(s, stop) == 34 then
      local tail = sub(s, start, stop - 1)
      if not parts then return tail, stop + 1 end
      parts[#parts + 1] = tail
      return concat(parts), stop + 1
    end
    parts = parts or {}
    parts[#parts + 1] = sub(s, start, stop - 1)
    local c = sub(s, stop + 1, stop + 1)
    if c == "u" then
      parts[#parts + 1] = string.char(tonumber(sub(s, stop + 2, stop + 5), 16))
      start = stop + 6
    else
      parts[#parts + 1] = unescapes[c] or c
      start = stop + 2
    end
    pos = start
  end
end

local function decode_array(s, i)
  local t, count = {}, 0
  i = skip(s, i + 1)
  if byte(s, i) == 93 then return t, i + 1 end
  while true do
    count = count + 1
    t[count], i = decode_value(s, i)
    i = skip(s, i)
    local c = byte(s, i)
    if c == 93 then return t, i + 1 end
    if c ~= 44 then error("expected ',' at " .. i) end
    i = skip(s, i + 1)
  end
end

local function decode_object(s, i)
  local t = {}
  i = skip(s, i + 1)
  if byte(s, i) == 125 then return t, i + 1 end
  while true do
    local key
    key, i = decode_string(s, i)
    i = skip(s, i)
    if byte(s, i) ~= 58 then error("expected ':' at " .. i) end
    t[key], i = decode_value(s, skip(s, i + 1))
    i = skip(s, i)
    local c = byte(s, i)
    if c == 125 then return t, i + 1 end
    if c ~= 44 then error("expected ',' at " .. i) end
    i = skip(s, i + 1)
  end
end

function decode_value(s, i)
  local c = byte(s, i)
  if c == 123 then return decode_object(s, i) end
  if c == 91 then return decode_array(s, i) end
  if c == 34 then return decode_string(s, i) end
  if c == 116 and sub(s, i, i + 3) == "true" then return true, i + 4 end
  if c == 102 and sub(s, i, i + 4) == "false" then return false, i + 5 end
  local from, to = find(s, "^-?%d+%.?%d*[eE]?[+-]?%d*", i)
  if not from then error("unexpected character at " .. i) end
  return tonumber(sub(s, from, to)), to + 1
end

local function decode(s)
  local v, i = decode_value(s, skip(s, 1))
  assert(skip(s, i) == #s + 1, "trailing data")
  return v
end

local seed = 5
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local function document(users)
  local list = {}
  for i = 1, users do
    local tags, scores = {}, {}
    for j = 1, random(5) + 1 do tags[j] = "tag" .. random(50) end
    for j = 1, 6 do scores[j] = random(100000) / 8 end
    list[i] = {
      id = i, name = "User \"" .. i .. "\"", email = "user" .. i .. "@example.com",
      active = random(2) == 0, tags = tags, scores = scores,
      bio = "line one\nline two\ttab \\ " .. string.rep("lorem ipsum ", random(4)),
      address = { street = random(500) .. " Main St", zip = format("%05d", random(100000)),
        geo = { lat = random(180) - 90 + 0.5, lon = random(360) - 180 + 0.25 } },
    }
  end
  return { users = list, total = users, version = "1.0" }
end

local doc = document(120)
local text = encode(doc)
local again
for _ = 1, n do
  again = encode(decode(text))
  assert(again == text, "round trip failed")
end
local h = 0
for i = 1, #text, 7 do h = (h * 31 + byte(text, i)) % 16777213 end
print(format("%d bytes, checksum %d", #text, h))
