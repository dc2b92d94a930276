-- Sieves, factors, perfect numbers, collatz, roman numerals, bases, continued fractions.
local function sieve(n)
  local c, r = {}, {}
  for i = 2, n do if not c[i] then r[#r + 1] = i for j = i * i, n, i do c[j] = true end end end
  return r
end
local p = sieve(100)
print(#p, table.concat(p, " "))
print(#sieve(10000), sieve(10000)[1229])
local function factor(n)
  local r = {}
  for d = 2, math.huge do if d * d > n then break end while n % d == 0 do r[#r + 1] = d n = n / d end end
  if n > 1 then r[#r + 1] = n end
  return table.concat(r, "*")
end
for _, n in ipairs{ 2, 12, 97, 360, 1001, 65536, 999983, 123456789, 600851475143 } do print(n, factor(n)) end
for n = 2, 500 do
  local s = 1
  for d = 2, math.sqrt(n) do if n % d == 0 then s = s + d if d * d ~= n then s = s + n / d end end end
  if s == n then print("perfect", n) end
end
for _, n in ipairs{ 1, 6, 7, 27, 97 } do
  local k, m, x = 0, n, n
  while x ~= 1 do x = x % 2 == 0 and x / 2 or 3 * x + 1 m = math.max(m, x) k = k + 1 end
  print("collatz", n, k, m)
end
local function roman(n)
  local r = ""
  for _, v in ipairs{ { 1000, "M" }, { 900, "CM" }, { 500, "D" }, { 400, "CD" }, { 100, "C" }, { 90, "XC" },
    { 50, "L" }, { 40, "XL" }, { 10, "X" }, { 9, "IX" }, { 5, "V" }, { 4, "IV" }, { 1, "I" } } do
    while n >= v[1] do r = r .. v[2] n = n - v[1] end
  end
  return r
end
local function unroman(s)
  local v, t, p = { I = 1, V = 5, X = 10, L = 50, C = 100, D = 500, M = 1000 }, 0, 0
  for c in s:reverse():gmatch(".") do local x = v[c] if x < p then t = t - x else t = t + x p = x end end
  return t
end
for _, n in ipairs{ 1, 4, 9, 14, 40, 90, 399, 1666, 1994, 2026, 3999 } do print(n, roman(n), unroman(roman(n))) end
local function base(n, b)
  if n == 0 then return "0" end
  local s, neg = "", n < 0
  n = math.abs(n)
  while n > 0 do
    local d = n % b
    s = ("0123456789abcdefghijklmnopqrstuvwxyz"):sub(d + 1, d + 1) .. s
    n = math.floor(n / b)
  end
  return neg and "-" .. s or s
end
for _, n in ipairs{ 0, 1, 10, 255, -42, 1000000 } do
  for _, b in ipairs{ 2, 3, 8, 16, 36 } do io.write(base(n, b), tonumber(base(n, b), b) == n and " " or "! ") end
  print()
end
local function cf(x, n)
  local r = {}
  for i = 1, n do local f = math.floor(x) r[i] = f x = x - f if x < 1e-7 then break end x = 1 / x end
  return table.concat(r, " ")
end
print(cf(math.pi, 6), cf(math.sqrt(2), 10), cf(415 / 93, 10))
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
for i = 1, 20 do io.write(gcd(i * 12, 90), " ") end
print()
local tri = {}
for i = 1, 10 do
  local row = { 1 }
  for j = 2, i - 1 do row[j] = tri[i - 1][j - 1] + tri[i - 1][j] end
  if i > 1 then row[i] = 1 end
  tri[i] = row
  print(table.concat(row, " "))
end
local function isprime(n)
  if n < 2 then return false end
  for i = 2, math.sqrt(n) do if n % i == 0 then return false end end
  return true
end
local tw = {}
for i = 3, 200, 2 do if isprime(i) and isprime(i + 2) then tw[#tw + 1] = i .. "/" .. i + 2 end end
print(table.concat(tw, " "))
local happy = {}
for n = 1, 100 do
  local s, x = {}, n
  while x ~= 1 and not s[x] do
    s[x] = true
    local t = 0
    for d in tostring(x):gmatch("%d") do t = t + d * d end
    x = t
  end
  if x == 1 then happy[#happy + 1] = n end
end
print(table.concat(happy, " "))
