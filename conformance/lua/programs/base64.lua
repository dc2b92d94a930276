-- Base64, hexadecimal, quoted-printable and Ascii85, both ways.
local A = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local function enc(s)
  local r = {}
  for i = 1, #s, 3 do
    local a, b, c = s:byte(i, i + 2)
    local n = a * 65536 + (b or 0) * 256 + (c or 0)
    for k = 3, 0, -1 do local d = math.floor(n / 64 ^ k) % 64 r[#r + 1] = A:sub(d + 1, d + 1) end
    if not c then r[#r] = "=" end
    if not b then r[#r - 1] = "=" end
  end
  return table.concat(r)
end
local function dec(s)
  s = s:gsub("[^%w%+/=]", "")
  return (s:gsub("....", function(q)
    local n, pad = 0, 0
    for c in q:gmatch(".") do
      if c == "=" then pad = pad + 1 n = n * 64 else n = n * 64 + A:find(c, 1, true) - 1 end
    end
    return string.char(math.floor(n / 65536), math.floor(n / 256) % 256, n % 256):sub(1, 3 - pad)
  end))
end
for _, s in ipairs{ "", "f", "fo", "foo", "foob", "fooba", "foobar", "Man is distinguished", "\0\255\128",
  ("x"):rep(20) } do
  local e = enc(s)
  print(e, dec(e) == s, (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)))
end
local all = {}
for i = 0, 255 do all[i + 1] = string.char(i) end
all = table.concat(all)
print(enc(all):sub(-20), dec(enc(all)) == all, dec("Zm 9v\nYmFy"))
local function unhex(h) return (h:gsub("%x%x", function(b) return string.char(tonumber(b, 16)) end)) end
print(unhex("48656c6c6f"), unhex(""))
local function qp(s) return (s:gsub("[^ -<>-~]", function(c) return ("=%02X"):format(c:byte()) end)) end
print(qp("caf\195\169 = 5"), (qp("a=b"):gsub("=(%x%x)", function(h) return string.char(tonumber(h, 16)) end)))
local function a85(s)
  local r = {}
  for i = 1, #s, 4 do
    local ch = s:sub(i, i + 3)
    local pad = 4 - #ch
    ch = ch .. ("\0"):rep(pad)
    local a, b, c, d = ch:byte(1, 4)
    local n = ((a * 256 + b) * 256 + c) * 256 + d
    local g = {}
    for k = 5, 1, -1 do g[k] = string.char(n % 85 + 33) n = math.floor(n / 85) end
    r[#r + 1] = table.concat(g, "", 1, 5 - pad)
  end
  return table.concat(r)
end
print(a85("Hello world!"), a85("a"), a85(""))
