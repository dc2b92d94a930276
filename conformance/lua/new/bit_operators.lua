-- The bit operators over a table of operands.
local v = { 0, 1, -1, 2, 5, 255, 2147483647, -2147483648, 2147483648, 4294967295, 4294967296, 1.5, -1.5, 2.5,
  2^40 + 3, -2^40 - 3, 2^52, 2^53 + 2, 0x55555555, 0xdeadbeef }
for _, a in ipairs(v) do
  print(a, "~", ~a, ~~a, -~a, ~-a)
  for _, b in ipairs(v) do print(a, b, a & b, a | b, a ~ b) end
end
