-- Small programs in 64-bit arithmetic.
local function fib(n) local a, b = 0ULL, 1ULL for i = 1, n do a, b = b, a + b end return a end
for i = 0, 93, 10 do print(i, fib(i)) end
print(93, fib(93), 94, fib(94))
local s = 88172645463325252ULL
for i = 1, 5 do
  s = bit.bxor(s, bit.lshift(s, 13))
  s = bit.bxor(s, bit.rshift(s, 7))
  s = bit.bxor(s, bit.lshift(s, 17))
  print(s)
end
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
print(gcd(1234567890123456789LL, 987654321987654321LL), gcd(2ULL ^ 40, 2ULL ^ 20))
local function powmod(b, e, m)
  local r = 1ULL
  b = b % m
  while e > 0 do if e % 2 == 1 then r = r * b % m end b = b * b % m e = e / 2 end
  return r
end
print(powmod(3ULL, 1000ULL, 1000000007ULL), powmod(2ULL, 31ULL, 2147483647ULL))
local function isqrt(n) local x = n local y = (x + 1) / 2 while y < x do x = y y = (x + n / x) / 2 end return x end
print(isqrt(1000000000000ULL), isqrt(2ULL), isqrt(10ULL ^ 18))
local function hex(n)
  local d = ""
  repeat local r = tonumber(n % 16) d = ("0123456789abcdef"):sub(r + 1, r + 1) .. d n = n / 16 until n == 0
  return d
end
print(hex(0xdeadbeefULL), hex(0ULL), hex(-1ULL))
local x = 6364136223846793005ULL
local st = 1ULL
for i = 1, 5 do st = st * x + 1442695040888963407ULL print(st, bit.tohex(st), tonumber(bit.rshift(st, 33))) end
print((1LL + 2) * 3 - 4 / 2 % 3, -(1LL), 5LL - 10, 5ULL - 10, 7 / 2LL, 7LL / 2, 7.9 / 2LL)
