-- MD5 (RFC 1321) on the bit library.
-- Measures: 32-bit bit operations and additions, string.byte.
-- small: 1
-- long: 3000
local n = tonumber(arg and arg[1]) or 700

local has_bit, bit = pcall(require, "bit")
if not has_bit then
  print("SKIP no bit library")
  return
end
local band, bor, bxor, bnot = bit.band, bit.bor, bit.bxor, bit.bnot
local rol, tobit, bswap, tohex = bit.rol, bit.tobit, bit.bswap, bit.tohex
local byte, char, rep = string.byte, string.char, string.rep

local K, S = {}, {}
for i = 1, 64 do K[i] = tobit(math.floor(math.abs(math.sin(i)) * 2 ^ 32)) end
local shifts = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } }
for i = 0, 63 do S[i + 1] = shifts[math.floor(i / 16) + 1][i % 4 + 1] end

local function pad(message)
  local length = #message
  local zeros = (55 - length) % 64
  local tail, bits = {}, length * 8
  for i = 1, 8 do
    tail[i] = char(bits % 256)
    bits = math.floor(bits / 256)
  end
  return message .. "\128" .. rep("\0", zeros) .. table.concat(tail)
end

local words = {}
local function block(text, at, a0, b0, c0, d0)
  for i = 0, 15 do
    local p, q, r, s = byte(text, at + 4 * i, at + 4 * i + 3)
    words[i] = p + q * 256 + r * 65536 + s * 16777216
  end
  local a, b, c, d = a0, b0, c0, d0
  for i = 1, 64 do
    local f, g
    if i <= 16 then
      f, g = bxor(d, band(b, bxor(c, d))), i - 1
    elseif i <= 32 then
      f, g = bxor(c, band(d, bxor(b, c))), (5 * i - 4) % 16
    elseif i <= 48 then
      f, g = bxor(b, c, d), (3 * i + 2) % 16
    else
      f, g = bxor(c, bor(b, bnot(d))), (7 * i - 7) % 16
    end
    f = tobit(f + a + K[i] + words[g])
    a, d, c, b = d, c, b, tobit(b + rol(f, S[i]))
  end
  return tobit(a0 + a), tobit(b0 + b), tobit(c0 + c), tobit(d0 + d)
end

local function md5(message)
  local text = pad(message)
  local a, b, c, d = 0x67452301, tobit(0xefcdab89), tobit(0x98badcfe), 0x10325476
  for at = 1, #text, 64 do a, b, c, d = block(text, at, a, b, c, d) end
  return tohex(bswap(a)) .. tohex(bswap(b)) .. tohex(bswap(c)) .. tohex(bswap(d))
end

assert(md5("") == "d41d8cd98f00b204e9800998ecf8427e")
assert(md5("abc") == "900150983cd24fb0d6963f7d28e17f72")
assert(md5("message digest") == "f96b697d7cb7938d525a2f31aaf161d0")

local parts = {}
for i = 1, 2000 do parts[i] = string.format("%08x", (i * 2654435) % 2 ^ 31) end
local text = table.concat(parts)
local digest = ""
for _ = 1, n do digest = md5(digest .. text) end
print(digest)
