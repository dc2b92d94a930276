-- Operator overloading: complex numbers, rationals, sets, proxies with __index and
-- __newindex functions, __call, __concat, __eq and __lt.
-- Measures: every kind of metamethod call.
-- small: 10
local n = tonumber(arg and arg[1]) or 600000

local Complex = {}
Complex.__index = Complex
local function complex(re, im) return setmetatable({ re = re, im = im }, Complex) end
function Complex.__add(a, b) return complex(a.re + b.re, a.im + b.im) end
function Complex.__mul(a, b)
  return complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
end
function Complex.__unm(a) return complex(-a.re, -a.im) end
function Complex.__eq(a, b) return a.re == b.re and a.im == b.im end
function Complex.__tostring(a) return string.format("%g+%gi", a.re, a.im) end

local Ratio = {}
Ratio.__index = Ratio
local function gcd(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end
local function ratio(p, q)
  local g = gcd(p, q)
  return setmetatable({ p = p / g, q = q / g }, Ratio)
end
function Ratio.__add(a, b) return ratio(a.p * b.q + b.p * a.q, a.q * b.q) end
function Ratio.__sub(a, b) return ratio(a.p * b.q - b.p * a.q, a.q * b.q) end
function Ratio.__div(a, b) return ratio(a.p * b.q, a.q * b.p) end
function Ratio.__lt(a, b) return a.p * b.q < b.p * a.q end
function Ratio.__le(a, b) return a.p * b.q <= b.p * a.q end
function Ratio.__concat(a, b) return a.p + b.p end

local reads, writes = 0, 0
local function proxy(target)
  return setmetatable({}, {
    __index = function(_, key)
      reads = reads + 1
      return target[key]
    end,
    __newindex = function(_, key, value)
      writes = writes + 1
      target[key] = value
    end,
    __call = function(_, a, b) return a * 2 + b end,
  })
end

local defaults = setmetatable({}, { __index = function(t, k)
  local v = k * k
  rawset(t, k, v)
  return v
end })

local sum = 0
local unit, z = complex(0.6, 0.8), complex(1, 0)
local store = proxy {}
for i = 1, n do
  z = z * unit + complex(0.001, 0)
  if z == unit then sum = sum + 1 end
  if -z == unit then sum = sum + 1 end
  if z.re * z.re + z.im * z.im > 4 then z = complex(1, 0) end

  local a, b = ratio(i % 7 + 1, 12), ratio(i % 5 + 1, 9)
  local c = (a + b - ratio(1, 3)) / b
  if a < b then sum = sum + 1 end
  if a <= b then sum = sum + c.p end
  sum = sum + c.q + (a .. b)

  store[i % 50] = i
  sum = sum + (store[(i + 25) % 50] or 0) % 10 + store(i % 10, 1) + defaults[i % 100]
  sum = sum % 1000000007
end
print(string.format("%d %d %d", sum, reads, writes))
print(string.format("%.6f %.6f", z.re, z.im), tostring(complex(1, 2)))
