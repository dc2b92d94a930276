-- CRC-32, xorshift, popcount, Adler, FNV, SHA-1 pieces with bit.*
local band, bor, bxor, bnot, lshift, rshift, rol, ror, tohex, tobit = bit.band, bit.bor, bit.bxor, bit.bnot, bit.lshift, bit.rshift, bit.rol, bit.ror, bit.tohex, bit.tobit
local crct = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = band(c, 1) == 1 and bxor(0xEDB88320, rshift(c, 1)) or rshift(c, 1) end
  crct[i] = c
end
local function crc(s)
  local c = -1
  for i = 1, #s do c = bxor(crct[band(bxor(c, s:byte(i)), 255)], rshift(c, 8)) end
  return tohex(bnot(c))
end
for _, s in ipairs{ "", "a", "abc", "123456789", "The quick brown fox jumps over the lazy dog", ("x"):rep(1000) } do
  print(#s, crc(s))
end
local function pop(x) local n = 0 while x ~= 0 do x = band(x, x - 1) n = n + 1 end return n end
for _, x in ipairs{ 0, 1, 255, -1, 0x55555555, -2147483648, 123456789 } do io.write(pop(tobit(x)), " ") end
print()
local function fnv(s)
  local h = 0x811c9dc5
  for i = 1, #s do
    h = bxor(h, s:byte(i))
    h = tobit(h + lshift(h, 1) + lshift(h, 4) + lshift(h, 7) + lshift(h, 8) + lshift(h, 24))
  end
  return tohex(h)
end
print(fnv(""), fnv("a"), fnv("foobar"))
local x = 123456789
for i = 1, 10 do x = bxor(x, lshift(x, 13)) x = bxor(x, rshift(x, 17)) x = bxor(x, lshift(x, 5)) io.write(x, " ") end
print()
local function adler(s)
  local a, b = 1, 0
  for i = 1, #s do a = (a + s:byte(i)) % 65521 b = (b + a) % 65521 end
  return tohex(bor(lshift(b, 16), a))
end
print(adler("Wikipedia"), adler(""))
local function sha1(msg)
  local h0, h1, h2, h3, h4 = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0
  local ml = #msg * 8
  msg = msg .. "\128" .. ("\0"):rep((55 - #msg) % 64) .. "\0\0\0\0" .. string.char(band(rshift(ml, 24), 255),
    band(rshift(ml, 16), 255), band(rshift(ml, 8), 255), band(ml, 255))
  for c = 1, #msg, 64 do
    local w = {}
    for i = 0, 15 do
      local a, b, d, e = msg:byte(c + i * 4, c + i * 4 + 3)
      w[i] = bor(lshift(a, 24), lshift(b, 16), lshift(d, 8), e)
    end
    for i = 16, 79 do w[i] = rol(bxor(w[i - 3], w[i - 8], w[i - 14], w[i - 16]), 1) end
    local a, b, d, e, f = h0, h1, h2, h3, h4
    for i = 0, 79 do
      local g, k
      if i < 20 then
        g, k = bxor(e, band(b, bxor(d, e))), 0x5A827999
      elseif i < 40 then
        g, k = bxor(b, d, e), 0x6ED9EBA1
      elseif i < 60 then
        g, k = bor(band(b, d), band(e, bor(b, d))), 0x8F1BBCDC
      else g, k = bxor(b, d, e), 0xCA62C1D6 end
      local t = tobit(rol(a, 5) + g + f + k + w[i])
      f, e, d, b, a = e, d, rol(b, 30), a, t
    end
    h0, h1, h2, h3, h4 = tobit(h0 + a), tobit(h1 + b), tobit(h2 + d), tobit(h3 + e), tobit(h4 + f)
  end
  return tohex(h0) .. tohex(h1) .. tohex(h2) .. tohex(h3) .. tohex(h4)
end
for _, s in ipairs{ "", "abc", "The quick brown fox jumps over the lazy dog", ("a"):rep(200) } do
  print(#s, sha1(s))
end
