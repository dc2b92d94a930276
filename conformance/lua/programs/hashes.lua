-- MD5 and SHA-256 on bit operations.
local band, bor, bxor, bnot, rol, ror, rshift, lshift, tohex, tobit, bswap = bit.band, bit.bor, bit.bxor, bit.bnot, bit.rol, bit.ror, bit.rshift, bit.lshift, bit.tohex, bit.tobit, bit.bswap
local function words(s, little)
  local w = {}
  for i = 1, #s, 4 do
    local a, b, c, d = s:byte(i, i + 3)
    w[#w + 1] = little and bor(a, lshift(b, 8), lshift(c, 16), lshift(d, 24)) or bor(lshift(a, 24), lshift(b, 16),
      lshift(c, 8), d)
  end
  return w
end
local function le(n)
  return string.char(n % 256, math.floor(n / 256) % 256, math.floor(n / 65536) % 256, math.floor(n / 16777216) % 256)
end
local function md5(s)
  local k, r = {}, { 7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21 }
  for i = 0, 63 do k[i] = tobit(math.floor(math.abs(math.sin(i + 1)) * 2 ^ 32)) end
  local m = s .. "\128" .. ("\0"):rep((55 - #s) % 64) .. le(#s * 8) .. "\0\0\0\0"
  local a0, b0, c0, d0 = 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476
  for o = 1, #m, 64 do
    local w = words(m:sub(o, o + 63), true)
    local a, b, c, d = a0, b0, c0, d0
    for i = 0, 63 do
      local f, g
      local q = math.floor(i / 16)
      if q == 0 then
        f, g = bor(band(b, c), band(bnot(b), d)), i
      elseif q == 1 then
        f, g = bor(band(d, b), band(bnot(d), c)), (5 * i + 1) % 16
      elseif q == 2 then
        f, g = bxor(b, c, d), (3 * i + 5) % 16
      else f, g = bxor(c, bor(b, bnot(d))), (7 * i) % 16 end
      local t = d
      d, c = c, b
      b = tobit(b + rol(tobit(a + f + k[i] + w[g + 1]), r[q * 4 + i % 4 + 1]))
      a = t
    end
    a0, b0, c0, d0 = tobit(a0 + a), tobit(b0 + b), tobit(c0 + c), tobit(d0 + d)
  end
  return tohex(bswap(a0)) .. tohex(bswap(b0)) .. tohex(bswap(c0)) .. tohex(bswap(d0))
end
local function sha256(s)
  local ps, n = {}, 2
  while #ps < 64 do
    local p = true
    for _, q in ipairs(ps) do if q * q > n then break end if n % q == 0 then p = false break end end
    if p then ps[#ps + 1] = n end
    n = n + 1
  end
  local function frac(x) return tobit(math.floor((x - math.floor(x)) * 2 ^ 32)) end
  local h, k = {}, {}
  for i = 1, 8 do h[i] = frac(ps[i] ^ (1 / 2)) end
  for i = 1, 64 do k[i] = frac(ps[i] ^ (1 / 3)) end
  local bits = #s * 8
  local m = s .. "\128" .. ("\0"):rep((55 - #s) % 64) .. "\0\0\0\0" .. le(bits):reverse()
  for o = 1, #m, 64 do
    local w = words(m:sub(o, o + 63))
    for i = 17, 64 do
      local x, y = w[i - 15], w[i - 2]
      w[i] = tobit(w[i - 16] + bxor(ror(x, 7), ror(x, 18), rshift(x, 3)) + w[i - 7] + bxor(ror(y, 17), ror(y, 19),
        rshift(y, 10)))
    end
    local a, b, c, d, e, f, g, hh = unpack(h)
    for i = 1, 64 do
      local t1 = tobit(hh + bxor(ror(e, 6), ror(e, 11), ror(e, 25)) + bxor(band(e, f), band(bnot(e), g)) + k[i] + w[i])
      local t2 = tobit(bxor(ror(a, 2), ror(a, 13), ror(a, 22)) + bxor(band(a, b), band(a, c), band(b, c)))
      hh, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2)
    end
    for i, v in ipairs{ a, b, c, d, e, f, g, hh } do h[i] = tobit(h[i] + v) end
  end
  local r = {}
  for i = 1, 8 do r[i] = tohex(h[i]) end
  return table.concat(r)
end
for _, s in ipairs{ "", "a", "abc", "message digest", "The quick brown fox jumps over the lazy dog",
  ("1234567890"):rep(8), ("a"):rep(55), ("a"):rep(56), ("a"):rep(64), ("x"):rep(300) } do
  print(#s, md5(s), sha256(s))
end
