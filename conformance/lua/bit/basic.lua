-- bit.* over a table of values.
local v = { 0, 1, -1, 2, 255, 256, 65535, 2147483647, -2147483648, 2147483648, 4294967295, 4294967296, 0x12345678,
  0x87654321, 1.5, -1.5, 2.5, 3.5, 2^40 + 5, -2^40 - 5, 2^51, "10", "0xff" }
for _, x in ipairs(v) do
  print(x, bit.tobit(x), bit.bnot(x), bit.bswap(x), bit.tohex(x), bit.tohex(x, 4), bit.tohex(x, -4), bit.tohex(x, 1),
    bit.tohex(x, 8), bit.tohex(x, -8))
  for _, n in ipairs{ 0, 1, 4, 16, 31, 32, 33, -1, 2.5 } do
    print(x, n, bit.lshift(x, n), bit.rshift(x, n), bit.arshift(x, n), bit.rol(x, n), bit.ror(x, n))
  end
end
for _, a in ipairs(v) do
  local r = {}
  for _, b in ipairs(v) do r[#r + 1] = bit.band(a, b) .. "/" .. bit.bor(a, b) .. "/" .. bit.bxor(a, b) end
  print(a, table.concat(r, " "))
end
print(bit.band(1, 3, 5, 7), bit.bor(1, 2, 4, 8), bit.bxor(1, 3, 7, 15), bit.band(-1), bit.bor(5), bit.bxor(9))
for w = -10, 10 do io.write(bit.tohex(0xabcdef12, w), " ") end
print()
for w = -10, 10 do io.write(bit.tohex(10, w), "|") end
print()
print(bit.tohex(255, 2), bit.tohex(255, 1.9), bit.tohex(-1, 100), #bit.tohex(1, -100), bit.tohex(2^53))
