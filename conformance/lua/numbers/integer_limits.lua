-- Integers around 2^31 and 2^53 in arithmetic, indexing and loops.
local m = 2147483647
print(m + 1, m * 2, -m - 1, -m - 2, m * m, (m + 1) * 2, -(-m - 1), m - -1, m / 2, (-m - 1) / -1, (-m - 1) % -1,
  m % -2, (-m - 1) % 10)
local a, b = 2147483647, 1 print(a + b, a + b + b, -a - b, -a - b - b, a * a, a * -a, -(-a - b))
for i = 2147483645, 2147483648 do io.write(i, " ") end print()
for i = -2147483647, -2147483649, -1 do io.write(i, " ") end print()
for i = 9007199254740988, 9007199254740990 do io.write(("%.0f"):format(i), " ") end print()
for i = 2147483640, 2147483647, 3 do io.write(i, " ") end print()
for i = 4294967295, 4294967297 do io.write(i, " ") end print()
local t = {} t[2^31] = "a" t[2^32] = "b" t[-2^31] = "c" t[2^53] = "d" t[1.0] = "e" t[-0] = "f"
print(t[2147483648], t[4294967296], t[-2147483648], t[9007199254740992], t[1], t[0], #t)
print(2^53 == 2^53 + 1, 2^53 + 2 == 2^53, 1e15 + 0.3, 2^52 + 0.5, 2^1023 * 2, -2^1023 * 2)
