-- SHA-256 (FIPS 180-4) on the bit library.
-- Measures: rotations and shifts in locals, message schedule in an array.
-- small: 1
-- long: 3200
local n = tonumber(arg and arg[1]) or 320

local has_bit, bit = pcall(require, "bit")
if not has_bit then
  print("SKIP no bit library")
  return
end
local band, bxor, bnot = bit.band, bit.bxor, bit.bnot
local ror, rshift, tobit, tohex = bit.ror, bit.rshift, bit.tobit, bit.tohex
local byte, char, rep = string.byte, string.char, string.rep

-- The constants: fractional bits of the roots of the first primes.
local function fraction(x) return tobit(math.floor((x - math.floor(x)) * 2 ^ 32)) end
local K, INITIAL = {}, {}
do
  local candidate = 2
  while #K < 64 do
    local prime = true
    for d = 2, math.floor(math.sqrt(candidate)) do
      if candidate % d == 0 then prime = false break end
    end
    if prime then
      if #INITIAL < 8 then INITIAL[#INITIAL + 1] = fraction(math.sqrt(candidate)) end
      -- Newton's step makes the cube root exact enough.
      local root = candidate ^ (1 / 3)
      root = root - (root * root * root - candidate) / (3 * root * root)
      K[#K + 1] = fraction(root)
    end
    candidate = candidate + 1
  end
end

local function pad(message)
  local zeros = (55 - #message) % 64
  local tail, bits = {}, #message * 8
  for i = 8, 1, -1 do
    tail[i] = char(bits % 256)
    bits = math.floor(bits / 256)
  end
  return message .. "\128" .. rep("\0", zeros) .. table.concat(tail)
end

local w = {}
local function block(text, at, h)
  for i = 1, 16 do
    local p, q, r, s = byte(text, at + 4 * i - 4, at + 4 * i - 1)
    w[i] = p * 16777216 + q * 65536 + r * 256 + s
  end
  for i = 17, 64 do
    local x, y = w[i - 15], w[i - 2]
    local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
    local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
    w[i] = tobit(w[i - 16] + s0 + w[i - 7] + s1)
  end
  local a, b, c, d, e, f, g, hh = h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8]
  for i = 1, 64 do
    local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
    local ch = bxor(band(e, f), band(bnot(e), g))
    local t1 = hh + s1 + ch + K[i] + w[i]
    local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
    local maj = bxor(band(a, b), band(a, c), band(b, c))
    hh, g, f = g, f, e
    e = tobit(d + t1)
    d, c, b = c, b, a
    a = tobit(t1 + s0 + maj)
  end
  h[1], h[2], h[3], h[4] = tobit(h[1] + a), tobit(h[2] + b), tobit(h[3] + c), tobit(h[4] + d)
  h[5], h[6], h[7], h[8] = tobit(h[5] + e), tobit(h[6] + f), tobit(h[7] + g), tobit(h[8] + hh)
end

local function sha256(message)
  local text, h, hex = pad(message), {}, {}
  for i = 1, 8 do h[i] = INITIAL[i] end
  for at = 1, #text, 64 do block(text, at, h) end
  for i = 1, 8 do hex[i] = tohex(h[i]) end
  return table.concat(hex)
end

assert(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
assert(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

local parts = {}
for i = 1, 2000 do parts[i] = string.format("%08x", (i * 2654435) % 2 ^ 31) end
local text = table.concat(parts)
local digest = ""
for _ = 1, n do digest = sha256(digest .. text) end
print(digest)
