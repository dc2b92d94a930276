-- Traces that begin in a function and go on in the one that called it: as a metamethod, or with extra arguments.
local V = {}
V.__index = V
local function gcd(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end
local function new(n, d)
  local g = gcd(n, d)
  return setmetatable({ n = n / g, d = d / g }, V)
end
V.__add = function(a, b) return new(a.n * b.d + b.n * a.d, a.d * b.d) end
V.__sub = function(a, b) local r = new(a.n * b.d - b.n * a.d, a.d * b.d) return r end
V.__unm = function(a) return new(-a.n, a.d) end
V.__lt = function(a, b) local g = gcd(a.d, b.d) return a.n * (b.d / g) < b.n * (a.d / g) end
V.__le = function(a, b) local g = gcd(a.d, b.d) return a.n * (b.d / g) <= b.n * (a.d / g) end
V.__eq = function(a, b) local g = gcd(a.d, b.d) return g == a.d and a.n == b.n end
V.__concat = function(a, b)
  local x, y = type(a) == "table" and gcd(a.n, a.d) .. "" or a, type(b) == "table" and gcd(b.n, b.d) .. "" or b
  return x .. y
end
V.__call = function(self, k) local s = 0 for i = 1, k % 9 do s = s + i * self.n end return s end
V.__len = function(a) local g = gcd(a.n * 6, a.d * 4) return g end

local function sum(n)
  local total, less, equal, text, calls = new(0, 1), 0, 0, 0, 0
  for i = 1, n do
    local x = new(i % 7 + 1, i % 5 + 2)
    total = total + x
    if i % 3 == 0 then total = total - new(1, i % 11 + 1) end
    if x < new(i % 4, 3) then less = less + 1 end
    if x <= new(1, 2) then less = less + 10 elseif not (x < new(2, 1)) then less = less + 100 end
    if x == new(i % 3, 2) then equal = equal + 1 end
    text = text + #(x .. "a" .. x)
    calls = calls + x(i)
    if i % 20 == 0 then total = -total total = new(total.n % 1000, total.d % 1000 + 1) end
  end
  return total.n, total.d, less, equal, text, calls
end
print(sum(50))
print(sum(500))
print(sum(700))

-- __index and __newindex functions with loops of different lengths.
local log = {}
local Lazy = {
  __index = function(t, k)
    local v = 0
    for i = 1, #tostring(k) do v = v * 10 + i end
    return v
  end,
  __newindex = function(t, k, v)
    local h = k
    for i = 1, v % 6 do h = (h * 31 + i) % 1009 end
    log[h] = (log[h] or 0) + 1
    if v % 2 == 0 then rawset(t, k, h) end
  end,
}
local function fill(n)
  local t, s = setmetatable({}, Lazy), 0
  for i = 1, n do
    t[i * 3] = i
    s = s + t[i] + t[i * 3]
  end
  return s
end
print(fill(100), fill(1000))
local keys = 0
for k, v in pairs(log) do keys = keys + k * v end
print(keys)

-- Extra arguments: as many as the call site gives, or more and fewer from one.
local function add(...)
  local s = 0
  for i = 1, select("#", ...) do s = s + (select(i, ...)) end
  return s
end
local function pack(...)
  local t = { ... }
  local last
  for i = 1, #t do last = t[i] end
  return last, #t, ...
end
local function use(n)
  local a, b, c = 0, 0, 0
  for i = 1, n do
    a = a + add(i, 2, 3, 4, 5) + add(i, i) + add()
    local last, count, first, second = pack(i, a % 7, nil, 1)
    b = b + (last or 0) + count + first + (second or 0)
    c = c + select("#", pack(unpack({ 1, 2, 3, 4, 5 }, 1, i % 5)))
    if i % 3 == 0 then c = c + add(pack(1, 2, i)) end
  end
  return a, b, c
end
print(use(60))
print(use(900))

-- The same functions called from elsewhere, by other metamethods, and by library functions.
local other = setmetatable({}, { __add = V.__lt, __sub = function(a, b) return gcd(b, 18) end, __index = add, __newindex = pack })
local r = 0
for i = 1, 300 do
  local x = other - i
  r = r + (pcall(gcd, i, 12) and 1 or 0) + select(2, pcall(gcd, i, 12))
  r = r + (pcall(function() return other[i] end) and 1 or 0)
  other[i] = i
end
print(r, (pcall(function() return other + 1 end)))
table.sort(log, function(a, b) return gcd(a or 1, 12) < gcd(b or 1, 12) end)
print(pcall(string.gsub, "12 18 24 30", "%d+", function(n) return gcd(tonumber(n), 12) end))

-- Errors in what is called, after the trace has gone below.
local function fails(n, at)
  local s = new(1, 2)
  for i = 1, n do
    s = new(1, 2) + (i == at and 5 or new(1, 3))
    if i == at + 1 then return s.n.x.y end
  end
  return s.n, s.d
end
for _, at in ipairs { 1000, 150, 199, 40 } do print(pcall(fails, 200, at)) end
