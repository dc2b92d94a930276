-- Rational and complex numbers, quaternions by metamethods.
local function gcd(a, b) a, b = math.abs(a), math.abs(b) while b ~= 0 do a, b = b, a % b end return a end
local Q = {}
Q.__index = Q
local function rat(n, d)
  d = d or 1
  if d == 0 then error("zero denominator", 2) end
  if d < 0 then n, d = -n, -d end
  local g = gcd(n, d)
  if g == 0 then g = 1 end
  return setmetatable({ n = n / g, d = d / g }, Q)
end
local function lift(x) return getmetatable(x) == Q and x or rat(x) end
Q.__add = function(a, b) a, b = lift(a), lift(b) return rat(a.n * b.d + b.n * a.d, a.d * b.d) end
Q.__sub = function(a, b) a, b = lift(a), lift(b) return rat(a.n * b.d - b.n * a.d, a.d * b.d) end
Q.__mul = function(a, b) a, b = lift(a), lift(b) return rat(a.n * b.n, a.d * b.d) end
Q.__div = function(a, b) a, b = lift(a), lift(b) return rat(a.n * b.d, a.d * b.n) end
Q.__unm = function(a) return rat(-a.n, a.d) end
Q.__pow = function(a, k) return k < 0 and rat(a.d ^ -k, a.n ^ -k) or rat(a.n ^ k, a.d ^ k) end
Q.__eq = function(a, b) return a.n == b.n and a.d == b.d end
Q.__lt = function(a, b) a, b = lift(a), lift(b) return a.n * b.d < b.n * a.d end
Q.__le = function(a, b) a, b = lift(a), lift(b) return a.n * b.d <= b.n * a.d end
Q.__tostring = function(a) return a.d == 1 and tostring(a.n) or a.n .. "/" .. a.d end
Q.__concat = function(a, b) return tostring(a) .. tostring(b) end
Q.__mod = function(a, b) a, b = lift(a), lift(b) local q = a / b return a - b * math.floor(q.n / q.d) end
print(rat(1, 2) + rat(1, 3), rat(1, 2) - rat(1, 3), rat(2, 3) * rat(3, 4), rat(1, 2) / rat(-1, 4), 1 + rat(1, 2),
  rat(1, 2) * 4, -rat(3, 9), rat(2, 3) ^ 3, rat(2, 3) ^ -2, rat(7, 2) % 2)
print(rat(1, 2) == rat(2, 4), rat(1, 3) < rat(1, 2), rat(1, 2) <= rat(1, 2), "x" .. rat(1, 7) .. "y")
print(pcall(rat, 1, 0))
print(pcall(function() return rat(1) / 0 end))
local h = rat(0)
for i = 1, 12 do h = h + rat(1, i) end
print(h)
local list = {}
for i = 1, 8 do list[i] = rat(i * 5 % 8 + 1, i) end
table.sort(list)
for _, r in ipairs(list) do io.write(r .. " ") end
print()
local C = {}
C.__index = C
local function cx(r, i) return setmetatable({ r = r, i = i or 0 }, C) end
local function lc(x) return type(x) == "number" and cx(x) or x end
C.__add = function(a, b) a, b = lc(a), lc(b) return cx(a.r + b.r, a.i + b.i) end
C.__sub = function(a, b) a, b = lc(a), lc(b) return cx(a.r - b.r, a.i - b.i) end
C.__mul = function(a, b) a, b = lc(a), lc(b) return cx(a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r) end
C.__div = function(a, b)
  a, b = lc(a), lc(b)
  local d = b.r ^ 2 + b.i ^ 2
  return cx((a.r * b.r + a.i * b.i) / d, (a.i * b.r - a.r * b.i) / d)
end
C.__unm = function(a) return cx(-a.r, -a.i) end
C.__eq = function(a, b) return a.r == b.r and a.i == b.i end
C.__len = function(a) return 2 end
C.__call = function(a, k) return a[k] end
C.__tostring = function(a) return ("%g%+gi"):format(a.r, a.i) end
C.__pow = function(a, n) local r = cx(1) for _ = 1, n do r = r * a end return r end
local i = cx(0, 1)
print(tostring(i * i), tostring((1 + i) * (1 - i)), tostring((2 + 3 * i) / (1 - i)), tostring(i ^ 3),
  tostring(-(2 * i)), (1 + i)("r"), cx(1, 2) == cx(1, 2), cx(1) == 1)
for n = 1, 6 do io.write(tostring((1 + i) ^ n), " ") end
print()
local z = cx(0.3, 0.5)
local c = cx(-0.4, 0.6)
for k = 1, 6 do z = z * z + c print(k, ("%.6f %.6f"):format(z.r, z.i)) end
