-- Polynomial arithmetic, evaluation, derivatives, roots, interpolation.
local P = {}
P.__index = P
local function new(t) while #t > 1 and t[#t] == 0 do t[#t] = nil end return setmetatable(t, P) end
local function poly(...) local t = { ... } local r = {} for i = #t, 1, -1 do r[#r + 1] = t[i] end return new(r) end
P.__add = function(a, b)
  local r = {}
  for i = 1, math.max(#a, #b) do r[i] = (a[i] or 0) + (b[i] or 0) end
  return new(r)
end
P.__sub = function(a, b)
  local r = {}
  for i = 1, math.max(#a, #b) do r[i] = (a[i] or 0) - (b[i] or 0) end
  return new(r)
end
P.__mul = function(a, b)
  if type(a) == "number" then a = new{ a } end
  if type(b) == "number" then b = new{ b } end
  local r = {}
  for i = 1, #a + #b - 1 do r[i] = 0 end
  for i = 1, #a do for j = 1, #b do r[i + j - 1] = r[i + j - 1] + a[i] * b[j] end end
  return new(r)
end
P.__call = function(p, x) local v = 0 for i = #p, 1, -1 do v = v * x + p[i] end return v end
P.__tostring = function(p)
  local r = {}
  for i = #p, 1, -1 do
    local c = p[i]
    if c ~= 0 or #p == 1 then
      local s = #r == 0 and (c < 0 and "-" or "") or (c < 0 and " - " or " + ")
      local m = math.abs(c)
      local v = i == 1 and "" or i == 2 and "x" or "x^" .. i - 1
      r[#r + 1] = s .. ((m == 1 and i > 1) and "" or ("%g"):format(m)) .. v
    end
  end
  return table.concat(r)
end
P.__pow = function(p, n) local r = new{ 1 } for _ = 1, n do r = r * p end return r end
P.__eq = function(a, b)
  if #a ~= #b then return false end
  for i = 1, #a do if a[i] ~= b[i] then return false end end
  return true
end
function P:diff() local r = { 0 } for i = 2, #self do r[i - 1] = self[i] * (i - 1) end return new(r) end
function P:integrate() local r = { 0 } for i = 1, #self do r[i + 1] = self[i] / i end return new(r) end
function P.divmod(a, b)
  local r, q = { unpack(a) }, {}
  for i = #a - #b + 1, 1, -1 do
    local f = r[i + #b - 1] / b[#b]
    q[i] = f
    for j = 1, #b do r[i + j - 1] = r[i + j - 1] - f * b[j] end
  end
  if #q == 0 then q[1] = 0 end
  for i = #r, #b, -1 do r[i] = nil end
  if #r == 0 then r[1] = 0 end
  return new(q), new(r)
end
local p, q = poly(1, -3, 2), poly(1, 0, -1)
for _, e in ipairs{ p, q, p + q, p - q, p * q, p * 2, -1 * p, p ^ 3, p:diff(), q:integrate(), poly(0),
  poly(-1, 0, 0, 5), poly(2.5, -0.5) } do print(e, e(0), e(1), e(2), e(-1.5)) end
print(P.divmod(poly(1, 0, 0, -1), poly(1, -1)))
print(P.divmod(poly(1, 2, 3, 4), poly(1, 1, 1)))
print(P.divmod(poly(1, 1), poly(1, 0, 0)))
print(p * q - q * p == poly(0), (p + q) ^ 2 == p ^ 2 + 2 * p * q + q ^ 2)
local function newton(f, x)
  local d = f:diff()
  for i = 1, 50 do
    local nx = x - f(x) / d(x)
    if math.abs(nx - x) < 1e-13 then return ("%.10f"):format(nx), i end
    x = nx
  end
  return "diverges"
end
for _, c in ipairs{ { p, 5 }, { poly(1, 0, -2), 1 }, { poly(1, 0, 0, -27), 10 }, { poly(1, -1, -1), 2 } } do
  print(c[1], newton(c[1], c[2]))
end
local function lagrange(pts)
  local r = new{ 0 }
  for i, a in ipairs(pts) do
    local t = new{ a[2] }
    for j, b in ipairs(pts) do if i ~= j then t = t * poly(1, -b[1]) * (1 / (a[1] - b[1])) end end
    r = r + t
  end
  return r
end
print(lagrange{ { 0, 1 }, { 1, 2 }, { 2, 5 } }, lagrange{ { 1, 1 }, { 2, 8 }, { 3, 27 }, { 4, 64 } })
local t0, t1 = poly(1), poly(1, 0)
for n = 0, 7 do print("T" .. n, t0) t0, t1 = t1, 2 * poly(1, 0) * t1 - t0 end
