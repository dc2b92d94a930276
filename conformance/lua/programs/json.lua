-- A JSON encoder and decoder with error reporting.
local json = {}
local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ["\b"] = "\\b", ["\f"] = "\\f" }
local function quote(s)
  return '"' .. s:gsub('[%c"\\]', function(c) return escapes[c] or ("\\u%04x"):format(c:byte()) end) .. '"'
end
function json.encode(v, indent, level)
  local t = type(v)
  if t == "nil" then return "null" elseif t == "boolean" then return tostring(v)
  elseif t == "number" then
    if v ~= v or v == 1/0 or v == -1/0 then error("number not representable") end
    return ("%.14g"):format(v)
  elseif t == "string" then return quote(v)
  elseif t == "table" then
    local parts = {}
    level = (level or 0) + 1
    local pad = indent and "\n" .. indent:rep(level) or ""
    local close = indent and "\n" .. indent:rep(level - 1) or ""
    if #v > 0 or next(v) == nil then
      for i, x in ipairs(v) do parts[i] = pad .. json.encode(x, indent, level) end
      if #parts == 0 then return "[]" end
      return "[" .. table.concat(parts, ",") .. close .. "]"
    end
    local keys = {}
    for k in pairs(v) do
      if type(k) ~= "string" then error("bad key of type " .. type(k)) end
      keys[#keys + 1] = k
    end
    table.sort(keys)
    for i, k in ipairs(keys) do parts[i] = pad .. quote(k) .. (indent and ": " or ":") .. json.encode(v[k], indent, level) end
    return "{" .. table.concat(parts, ",") .. close .. "}"
  end
  error("cannot encode a " .. t)
end
local function utf8(c)
  if c < 128 then return string.char(c) elseif c < 2048 then return string.char(192 + math.floor(c / 64), 128 + c % 64) end
  return string.char(224 + math.floor(c / 4096), 128 + math.floor(c / 64) % 64, 128 + c % 64)
end
function json.decode(s)
  local pos = 1
  local function fail(msg) error(("%s at %d"):format(msg, pos), 0) end
  local function skip() pos = s:find("[^ \t\r\n]", pos) or #s + 1 end
  local value
  local function str()
    local out = {}
    pos = pos + 1
    while true do
      local a, b = s:find('^[^"\\%c]+', pos)
      if a then out[#out + 1] = s:sub(a, b) pos = b + 1 end
      local c = s:sub(pos, pos)
      if c == '"' then
        pos = pos + 1
        return table.concat(out)
      elseif c == "\\" then
        local e = s:sub(pos + 1, pos + 1)
        local map = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
        if e == "u" then
          local h = s:match("^%x%x%x%x", pos + 2) or fail("bad unicode escape")
          out[#out + 1] = utf8(tonumber(h, 16))
          pos = pos + 6
        elseif map[e] then
          out[#out + 1] = map[e]
          pos = pos + 2
        else fail("bad escape") end
      else fail("unterminated string") end
    end
  end
  function value()
    skip()
    local c = s:sub(pos, pos)
    if c == "{" then
      local t = {}
      pos = pos + 1
      skip()
      if s:sub(pos, pos) == "}" then pos = pos + 1 return t end
      while true do
        skip()
        if s:sub(pos, pos) ~= '"' then fail("key expected") end
        local k = str()
        skip()
        if s:sub(pos, pos) ~= ":" then fail("':' expected") end
        pos = pos + 1
        t[k] = value()
        skip()
        local d = s:sub(pos, pos)
        pos = pos + 1
        if d == "}" then return t elseif d ~= "," then pos = pos - 1 fail("',' or '}' expected") end
      end
    elseif c == "[" then
      local t = {}
      pos = pos + 1
      skip()
      if s:sub(pos, pos) == "]" then pos = pos + 1 return t end
      while true do
        t[#t + 1] = value()
        skip()
        local d = s:sub(pos, pos)
        pos = pos + 1
        if d == "]" then return t elseif d ~= "," then pos = pos - 1 fail("',' or ']' expected") end
      end
    elseif c == '"' then
      return str()
    else
      local n = s:match("^-?%d+%.?%d*[eE]?[+-]?%d*", pos)
      if n and tonumber(n) then pos = pos + #n return tonumber(n) end
      for lit, v in pairs{ ["true"] = true, ["false"] = false } do
        if s:sub(pos, pos + #lit - 1) == lit then pos = pos + #lit return v end
      end
      if s:sub(pos, pos + 3) == "null" then pos = pos + 4 return nil end
      fail("unexpected " .. (c == "" and "end" or "'" .. c .. "'"))
    end
  end
  local v = value()
  skip()
  if pos <= #s then fail("trailing data") end
  return v
end
local doc = { name = "perilune", version = 1.5, tags = { "lua", "jit", "moon" }, nested = { a = { b = { c = {} } } },
  esc = 'tab\t"quote"\\ \1', flag = true, list = { { 1, 2 }, { 3, { 4 } } } }
local text = json.encode(doc)
print(text) print(json.encode(doc, "  ")) print(json.encode(json.decode(text)) == text)
for _, s in ipairs{ "1", "-2.5e3", '"x"', "[]", "{}", "[1, 2, [3]]", '{"a": {"b": [true, false, null, 1]}}',
  '"\\u0041\\u00e9\\u20ac"', " [ 1 , 2 ] ", '"\\n\\t\\/"', "", "[", "[1", "[1,", "{", '{"a"', '{"a":', '{"a":1',
  '{a:1}', '"abc', '"\\x"', '"\\u12"', "tru", "[1 2]", "1 2", "-", "nul", '{"a":1,}', "[1,]" } do
  local ok, v = pcall(json.decode, s)
  print(s, ok, ok and json.encode(v) or v)
end
print(pcall(json.encode, { 0/0 })) print(pcall(json.encode, { [1.5] = 1 })) print(pcall(json.encode, print))
