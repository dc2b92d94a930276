-- Shifts take the count modulo 32.
for _, x in ipairs{ 1, -1, 0, 3, 0x80000000, 0x7fffffff, 0xff00ff00, 2^33 + 5, -2^31, 12345.6 } do
  for _, n in ipairs{ 0, 1, 2, 7, 8, 16, 31, 32, 33, 63, 64, -1, -31, -32, 1.5, 2^32 + 1 } do
    print(x, n, x << n, x >> n, x ~>> n)
  end
end
print(1 << 2 << 3, 256 >> 2 >> 1, -256 ~>> 2 ~>> 1, 1 << 31 >> 31, 1 << 31 ~>> 31, 1 + 1 << 2 + 1, pcall(|| -> "1" .. 2 | 0))
