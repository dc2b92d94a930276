-- expect-different: bits-of-sums
-- Sums whose low bits are wanted: of integers that fit, of larger ones, of fractions, and of what turns from one into the other.
local band, bxor, rol, tobit = bit.band, bit.bxor, bit.rol, bit.tobit

local function mix(a, b, n, step)
  local c = 0
  for i = 1, n do
    c = bxor(a, rol(b, i % 32))
    a = tobit(b + rol(c, 7))
    b = tobit(a + b + c)
    b = b + step
  end
  return a, b, c
end
print(mix(1, 2, 300, 0))
print(mix(0xFFFFFFFF, 0x80000000, 300, 0))
print(mix(1, 2, 300, 0.5))
print(mix(1, 2, 300, 2 ^ 31))
print(mix(1, 2, 300, 2 ^ 33))
print(mix(2 ^ 33 - 1, -2 ^ 33, 300, 1))
print(mix(2 ^ 33, -2 ^ 33 - 1, 300, 1))
print(mix(2 ^ 51, 2 ^ 52, 100, 2 ^ 40))
print(mix(0.5, 1.5, 100, -0.5))

-- Elements of tables, of one kind for a while and then of another.
local function digest(list)
  local h, g = 7, 1
  for i = 1, #list do
    local t = h + list[i] + rol(g, 5)
    h = bxor(tobit(t + i), g)
    g = tobit(g + band(t, 0xFFFF))
  end
  return h, g
end
local list = {}
for i = 1, 600 do list[i] = i * 40503 end
print(digest(list))
for i = 300, 600 do list[i] = list[i] + 2 ^ 32 end
print(digest(list))
for i = 400, 600 do list[i] = list[i] * 2 ^ 20 end
print(digest(list))
for i = 500, 600 do list[i] = i / 3 end
print(digest(list))
for i = 1, 600 do list[i] = -list[i] end
print(digest(list))

-- A sum that grows beyond what is exact in 53 bits.
local sum, seen = 1, 0
for i = 1, 400 do
  sum = sum * 1.2 - sum * 1.2 % 1
  seen = bxor(seen, band(sum + i, 0xFF))
end
print(seen)
local total, bits = 0, 0
for i = 1, 3000 do
  total = total + 2 ^ 23
  bits = bxor(bits, tobit(total + bits + i))
end
print(total, bits)

-- Halves round to even, each by itself.
local odd = 0
for i = 1, 300 do
  local x = i / 2
  odd = odd + band(x, 1) + band(x + i, 1) + band(x + 0.5, 1) + band(bxor(x, 0) + x, 3)
end
print(odd)
