-- Records what reference LuaJIT compiles the snippets of *.lua to. Run by ./record.
--
-- A file holds snippets, each headed by a line "--- name". Its recording holds, for each snippet, that line and either the
-- error or, for each function, the listing of -bl followed by what the listing doesn't show: parameters, frame size,
-- captures, lines, and the variables with their ranges.

local bc = require("jit.bc")

local function reader(dump)
  local at = 1
  local r = {}
  function r.byte() at = at + 1 return dump:byte(at - 1) end
  function r.uleb()
    local value, shift = 0, 1
    while true do
      local b = r.byte()
      value = value + b % 128 * shift
      if b < 128 then return value end
      shift = shift * 128
    end
  end
  function r.word(size)
    local value, scale = 0, 1
    for _ = 1, size do value = value + r.byte() * scale scale = scale * 256 end
    return value
  end
  function r.text()
    local stop = dump:find("\0", at, true)
    local s = dump:sub(at, stop - 1)
    at = stop + 1
    return s
  end
  function r.skip(n) at = at + n end
  function r.at() return at end
  function r.seek(n) at = n end
  return r
end

local hidden = { "(for index)", "(for limit)", "(for step)", "(for generator)", "(for state)", "(for control)" }

-- What a dump says about each function, in the order of the listing.
local function describe(dump)
  local r = reader(dump)
  r.skip(4) -- signature, version
  r.uleb() -- flags
  r.skip(r.uleb()) -- chunk name
  local all = {}
  while true do
    local length = r.uleb()
    if length == 0 then return all end
    local stop = r.at() + length
    r.byte() -- flags
    local params, frame, upvalues = r.byte(), r.byte(), r.byte()
    r.uleb() r.uleb() -- constants
    local code = r.uleb()
    local debug_length = r.uleb()
    local first, count = r.uleb(), r.uleb()
    r.skip(code * 4)
    local out = { "params ", params, " frame ", frame, "\ncaptures" }
    for _ = 1, upvalues do
      local uv = r.word(2)
      out[#out + 1] = uv >= 0x8000 and " L" or " U"
      out[#out + 1] = uv % 256
      if uv >= 0x8000 and uv % 0x8000 >= 0x4000 then out[#out + 1] = "i" end
    end
    out[#out + 1] = "\nlines"
    r.seek(stop - debug_length)
    local size = count < 256 and 1 or count < 65536 and 2 or 4
    for _ = 1, code do out[#out + 1] = " " .. first + r.word(size) end
    out[#out + 1] = "\nlocals"
    for _ = 1, upvalues do r.text() end
    local start = 0
    while true do
      local kind = dump:byte(r.at())
      local name
      if kind == 0 then break end
      if kind < 7 then name = hidden[kind] r.skip(1) else name = r.text() end
      start = start + r.uleb()
      out[#out + 1] = " " .. name .. " " .. start .. "-" .. start + r.uleb()
    end
    out[#out + 1] = "\n"
    all[#all + 1] = table.concat(out)
    r.seek(stop)
  end
end

local function record(source)
  local f, message = loadstring(source, "@t.lua")
  if not f then return message .. "\n" end
  local details = describe(string.dump(f))
  local index, out = 0, {}
  local sink = {}
  function sink:write(s)
    if s == "\n" then index = index + 1 s = details[index] .. "\n" end
    out[#out + 1] = s
  end
  function sink:flush() end
  bc.dump(f, sink, true)
  assert(index == #details)
  return table.concat(out)
end

for _, path in ipairs(arg) do
  local input = assert(io.open(path, "rb"))
  local text = input:read("*a")
  input:close()
  local output = assert(io.open((path:gsub("%.lua$", ".bl")), "wb"))
  local at = 1
  while true do
    local from, to, name = text:find("^%-%-%- ([^\n]+)\n", at)
    if not from then break end
    local stop = text:find("\n--- ", to, true) or #text + 1
    local source = text:sub(to + 1, stop - 1):gsub("\n+$", "") .. "\n"
    output:write("--- ", name, "\n", record(source))
    at = stop + 1
  end
  output:close()
end
