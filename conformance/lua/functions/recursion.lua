-- Recursive functions of several kinds.
local function ack(m, n)
  if m == 0 then return n + 1 elseif n == 0 then return ack(m - 1, 1) else return ack(m - 1, ack(m, n - 1)) end
end
for m = 0, 2 do for n = 0, 3 do io.write(ack(m, n), " ") end end
print()
local function hanoi(n, a, b, c, log)
  if n == 0 then return 0 end
  local x = hanoi(n - 1, a, c, b, log)
  log[#log + 1] = a .. c
  return x + 1 + hanoi(n - 1, b, a, c, log)
end
for n = 1, 5 do local l = {} print(n, hanoi(n, "A", "B", "C", l), table.concat(l, " ")) end
local function perms(a, n, out)
  n = n or #a
  if n <= 1 then
    out[#out + 1] = table.concat(a)
  else
    for i = 1, n do a[n], a[i] = a[i], a[n] perms(a, n - 1, out) a[n], a[i] = a[i], a[n] end
  end
end
local o = {}
perms({ "a", "b", "c", "d" }, nil, o)
print(#o, table.concat(o, " "))
local function depth(t)
  local m = 0
  for _, v in pairs(t) do if type(v) == "table" then m = math.max(m, depth(v)) end end
  return m + 1
end
print(depth{ {}, { { {} } }, x = { y = { z = {} } } })
local function flat(t, r)
  r = r or {}
  for _, v in ipairs(t) do if type(v) == "table" then flat(v, r) else r[#r + 1] = v end end
  return r
end
print(table.concat(flat{ 1, { 2, { 3, { 4 }, 5 } }, { { { 6 } } } }, " "))
local memo = setmetatable({}, { __mode = "k" })
local function fibm(n, m)
  m = m or {}
  if n < 2 then return n end
  if m[n] then return m[n] end
  local v = fibm(n - 1, m) + fibm(n - 2, m)
  m[n] = v
  return v
end
for i = 0, 90, 10 do io.write(("%.0f "):format(fibm(i))) end
print()
local Y = function(f)
  return (function(x) return x(x) end)(function(x) return f(function(...) return x(x)(...) end) end)
end
for i = 0, 10 do
  io.write(Y(function(self) return function(n) return n == 0 and 1 or n * self(n - 1) end end)(i), " ")
end
print()
local function gcd(a, b) return b == 0 and a or gcd(b, a % b) end
print(gcd(48, 36), gcd(17, 5), gcd(2^40, 2^20 * 3))
local function pow(b, e)
  if e == 0 then
    return 1
  elseif e % 2 == 0 then
    local h = pow(b, e / 2)
    return h * h
  else return b * pow(b, e - 1) end
end
print(pow(2, 30), pow(3, 20), pow(1.5, 10))
local function comb(n, k) if k == 0 or k == n then return 1 end return comb(n - 1, k - 1) + comb(n - 1, k) end
for n = 0, 8 do for k = 0, n do io.write(comb(n, k), " ") end print() end
