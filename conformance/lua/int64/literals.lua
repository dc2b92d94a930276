-- 64-bit literals: values, printing, type.
for _, c in ipairs{ "1LL", "0LL", "-1LL", "1ULL", "1ull", "1ll", "1Ull", "0xffLL", "0xffULL", "0xffffffffffffffffULL",
  "0xffffffffffffffffLL", "0x7fffffffffffffffLL", "0x8000000000000000LL", "9223372036854775807LL",
  "9223372036854775808LL", "18446744073709551615ULL", "18446744073709551616ULL", "-9223372036854775808LL",
  "123_456LL", "0b101LL", "0b11ULL", "1i", "2.5i", "0i", "-1i", "1e3i", "0x10i", "1LL + 1i",
  "12345678901234567890ULL", "-1ULL", "0xdeadbeefcafebabeULL", "1.0LL", "1e5LL", "99999999999999999999LL",
  "0x1ffffffffffffffffULL", "00012LL", "1LLU", "1UL", "1L" } do
  local f, e = loadstring("return " .. c, "=l")
  if f then local v = f() print(c, type(v), tostring(v), tonumber(v)) else print(c, e) end
end
print(1LL, 2ULL, "x" .. tostring(3LL), #tostring(-1LL), ("%s %d %x"):format(5LL, 6LL, 255ULL),
  ("%5d|%-5d|%05d"):format(7LL, 8LL, 9LL), ("%d"):format(-1LL), ("%u"):format(-1LL), ("%x"):format(-1LL),
  ("%X"):format(0xabcULL), ("%o"):format(8LL), ("%g"):format(5LL), ("%f"):format(2LL))
