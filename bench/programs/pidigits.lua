-- Digits of pi by a streaming spigot on big integers written in Lua.
-- Measures: multi-word arithmetic in arrays, floor, remainders.
-- small: 30
-- long: 3000
local n = tonumber(arg and arg[1]) or 1900

local floor = math.floor
local BASE = 10000000

-- A big natural number is an array of limbs, least significant first, with `len`.
local function big(value) return { len = 1, value } end

-- a = a * k + b * m (k and m small, b optional)
local function mul_add(a, k, b, m)
  local carry, len = 0, a.len
  local other = b and b.len or 0
  if other > len then len = other end
  for i = 1, len do
    local v = (a[i] or 0) * k + carry
    if i <= other then v = v + b[i] * m end
    carry = floor(v / BASE)
    a[i] = v - carry * BASE
  end
  while carry > 0 do
    len = len + 1
    a[len] = carry % BASE
    carry = floor(carry / BASE)
  end
  a.len = len
end

-- a = a - b * k, where the result is known to be natural
local function sub_mul(a, b, k)
  local borrow = 0
  for i = 1, a.len do
    local v = a[i] - borrow - (b[i] or 0) * k
    borrow = 0
    if v < 0 then
      borrow = floor((BASE - 1 - v) / BASE)
      v = v + borrow * BASE
    end
    a[i] = v
  end
  local len = a.len
  while len > 1 and a[len] == 0 do
    a[len] = nil
    len = len - 1
  end
  a.len = len
end

local function less(a, b)
  if a.len ~= b.len then return a.len < b.len end
  for i = a.len, 1, -1 do
    if a[i] ~= b[i] then return a[i] < b[i] end
  end
  return false
end

-- The three top limbs as a float (also where numbers may be integers), with
-- `len` as the exponent's reference.
local function top(a, len)
  return ((a[len] or 0) * 1e7 + (a[len - 1] or 0)) * 1e7 + (a[len - 2] or 0)
end

-- floor((num * k + acc) / den) for a one-digit result: the leading limbs
-- give it except when the remainder is too near to zero, which is then computed.
local function quotient(num, k, acc, den)
  local len = den.len
  local a = top(num, len) + (num[len + 1] or 0) * BASE ^ 3
  local b = top(acc, len) + (acc[len + 1] or 0) * BASE ^ 3
  local q = (a * k + b) / top(den, len)
  local d = floor(q)
  if q - d > 1e-9 and d + 1 - q > 1e-9 then return d end
  local exact = { len = 1, 0 }
  mul_add(exact, 1, num, k)
  mul_add(exact, 1, acc, 1)
  d = 0
  while not less(exact, den) do
    sub_mul(exact, den, 1)
    d = d + 1
  end
  return d
end

local num, acc, den = big(1), big(0), big(1)
local digits, produced, hash = {}, 0, 0
local k = 0
while produced < n do
  k = k + 1
  local k2 = k * 2 + 1
  mul_add(acc, k2, num, 2 * k2)
  mul_add(den, k2)
  mul_add(num, k)
  if not less(acc, num) then
    -- The rest of the series lies between 0 and 4 num / den.
    local d = quotient(num, 0, acc, den)
    if d == quotient(num, 4, acc, den) then
      produced = produced + 1
      digits[produced] = d
      hash = (hash * 31 + d) % 16777213
      sub_mul(acc, den, d)
      mul_add(acc, 10)
      mul_add(num, 10)
    end
  end
end
for i = math.max(1, n - 19), n do io.write(string.format("%d", digits[i])) end
print(string.format("\t:%d\tchecksum %d", n, hash))
