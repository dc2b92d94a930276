-- Arbitrary precision integers in base 10^7.
local B, D = 1e7, 7
local Big = {}
Big.__index = Big
local function norm(t)
  while #t > 1 and t[#t] == 0 do t[#t] = nil end
  t.neg = t.neg and not (#t == 1 and t[1] == 0) or false
  return setmetatable(t, Big)
end
local function new(v)
  if getmetatable(v) == Big then return v end
  local s = type(v) == "number" and ("%.0f"):format(v) or v
  local neg = s:sub(1, 1) == "-"
  s = s:gsub("^[+-]", "")
  local t = { neg = neg }
  for i = #s, 1, -D do t[#t + 1] = tonumber(s:sub(math.max(1, i - D + 1), i)) end
  return norm(t)
end
local function cmpmag(a, b)
  if #a ~= #b then return #a < #b and -1 or 1 end
  for i = #a, 1, -1 do if a[i] ~= b[i] then return a[i] < b[i] and -1 or 1 end end
  return 0
end
local function addmag(a, b)
  local r, c = {}, 0
  for i = 1, math.max(#a, #b) do local s = (a[i] or 0) + (b[i] or 0) + c c = s >= B and 1 or 0 r[i] = s - c * B end
  if c > 0 then r[#r + 1] = c end
  return r
end
local function submag(a, b)
  local r, c = {}, 0
  for i = 1, #a do local s = a[i] - (b[i] or 0) - c c = s < 0 and 1 or 0 r[i] = s + c * B end
  return r
end
function Big.__add(a, b)
  a, b = new(a), new(b)
  local r
  if a.neg == b.neg then
    r = addmag(a, b)
    r.neg = a.neg
  elseif cmpmag(a, b) >= 0 then
    r = submag(a, b)
    r.neg = a.neg
  else r = submag(b, a) r.neg = b.neg end
  return norm(r)
end
function Big.__unm(a) local r = { neg = not a.neg } for i = 1, #a do r[i] = a[i] end return norm(r) end
function Big.__sub(a, b) return new(a) + -new(b) end
function Big.__mul(a, b)
  a, b = new(a), new(b)
  local r = {}
  for i = 1, #a + #b do r[i] = 0 end
  for i = 1, #a do
    local c = 0
    for j = 1, #b do local s = r[i + j - 1] + a[i] * b[j] + c c = math.floor(s / B) r[i + j - 1] = s - c * B end
    r[i + #b] = r[i + #b] + c
  end
  r.neg = a.neg ~= b.neg
  return norm(r)
end
local function divsmall(a, n)
  local r, rem = {}, 0
  for i = #a, 1, -1 do local c = rem * B + a[i] r[i] = math.floor(c / n) rem = c % n end
  return norm(r), rem
end
function Big.divmod(a, b)
  a, b = new(a), new(b)
  if #b == 1 and b[1] == 0 then error("division by zero", 2) end
  local am, bm = new(tostring(a):gsub("-", "") .. ""), new(tostring(b):gsub("-", "") .. "")
  local q, r = {}, new(0)
  for i = #am, 1, -1 do
    table.insert(r, 1, am[i])
    norm(r)
    local lo, hi = 0, B - 1
    while lo < hi do local m = math.ceil((lo + hi) / 2) if cmpmag(bm * m, r) <= 0 then lo = m else hi = m - 1 end end
    q[i] = lo
    r = r - bm * lo
  end
  q = norm(q)
  if a.neg ~= b.neg and tostring(q) ~= "0" then q.neg = true end
  r.neg = a.neg
  return q, norm(r)
end
Big.__div = function(a, b) return (Big.divmod(a, b)) end
Big.__mod = function(a, b) return (select(2, Big.divmod(a, b))) end
Big.__pow = function(a, n)
  local r, b = new(1), new(a)
  while n > 0 do if n % 2 == 1 then r = r * b end b = b * b n = math.floor(n / 2) end
  return r
end
Big.__eq = function(a, b) return a.neg == b.neg and cmpmag(a, b) == 0 end
Big.__lt = function(a, b)
  a, b = new(a), new(b)
  if a.neg ~= b.neg then return a.neg end
  local c = cmpmag(a, b)
  return a.neg and c > 0 or not a.neg and c < 0
end
Big.__le = function(a, b) return not (new(b) < new(a)) end
Big.__tostring = function(a)
  local r = { (a.neg and "-" or "") .. ("%d"):format(a[#a]) }
  for i = #a - 1, 1, -1 do r[#r + 1] = ("%07d"):format(a[i]) end
  return table.concat(r)
end
Big.__concat = function(a, b) return tostring(a) .. tostring(b) end
print(new("123456789012345678901234567890") + new("987654321098765432109876543210"), new("1" .. ("0"):rep(30)) - 1,
  new("-5") + 3, new(5) - 8, new("0") * -7)
print(new("123456789123456789") * new("987654321987654321"), new(2) ^ 100, new(-3) ^ 33, new(10) ^ 0)
local f = new(1)
for i = 1, 50 do f = f * i if i % 10 == 0 then print(i, f) end end
for _, c in ipairs{ { "1000000000000000000000", "7" }, { "123456789012345678901234567890", "9876543210987" },
  { "-100", "7" }, { "100", "-7" }, { "5", "10" }, { ("9"):rep(40), ("3"):rep(20) } } do
  local q, r = Big.divmod(new(c[1]), new(c[2]))
  print(q, r, q * c[2] + r == new(c[1]))
end
print(pcall(Big.divmod, new(1), new(0)))
print(new(5) < new(7), new(-5) < new(-7), new("99999999999999999999") > new("99999999999999999998"), new(3) <= new(3),
  new(1) == new("1"))
local a, b = new(0), new(1)
for i = 1, 200 do a, b = b, a + b end
print(a .. "!")
print(divsmall(new("12345678901234567890"), 97))
local e, t = new(0), new(10) ^ 50
local k = 1
while tostring(t) ~= "0" do e = e + t t = divsmall(t, k) k = k + 1 end
print((tostring(e)))
