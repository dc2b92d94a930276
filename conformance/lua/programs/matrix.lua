-- Matrices: product, determinant, inverse, LU, transpose, power.
local M = {}
M.__index = M
local function new(r) return setmetatable(r, M) end
local function ident(n)
  local r = {}
  for i = 1, n do r[i] = {} for j = 1, n do r[i][j] = i == j and 1 or 0 end end
  return new(r)
end
M.__mul = function(a, b)
  if type(a) == "number" then a, b = b, a end
  local r = {}
  if type(b) == "number" then
    for i = 1, #a do r[i] = {} for j = 1, #a[1] do r[i][j] = a[i][j] * b end end
    return new(r)
  end
  if #a[1] ~= #b then error(("shapes %dx%d and %dx%d do not fit"):format(#a, #a[1], #b, #b[1]), 2) end
  for i = 1, #a do
    r[i] = {}
    for j = 1, #b[1] do local s = 0 for k = 1, #b do s = s + a[i][k] * b[k][j] end r[i][j] = s end
  end
  return new(r)
end
M.__add = function(a, b)
  local r = {}
  for i = 1, #a do r[i] = {} for j = 1, #a[1] do r[i][j] = a[i][j] + b[i][j] end end
  return new(r)
end
M.__unm = function(a) return a * -1 end
M.__sub = function(a, b) return a + -b end
M.__eq = function(a, b)
  for i = 1, #a do for j = 1, #a[1] do if math.abs(a[i][j] - b[i][j]) > 1e-9 then return false end end end
  return true
end
M.__tostring = function(a)
  local r = {}
  for i = 1, #a do
    local c = {}
    for j = 1, #a[1] do c[j] = ("%g"):format(a[i][j] + 0) end
    r[i] = table.concat(c, " ")
  end
  return "[" .. table.concat(r, "; ") .. "]"
end
M.__pow = function(a, n)
  if n == 0 then return ident(#a) end
  if n < 0 then return a:inverse() ^ -n end
  local h = a ^ math.floor(n / 2)
  h = h * h
  return n % 2 == 1 and h * a or h
end
M.__call = function(a, i, j) return a[i][j] end
function M:transpose()
  local r = {}
  for j = 1, #self[1] do r[j] = {} for i = 1, #self do r[j][i] = self[i][j] end end
  return new(r)
end
function M:det()
  local n, a, d = #self, {}, 1
  for i = 1, n do a[i] = { unpack(self[i]) } end
  for c = 1, n do
    local p = c
    for r = c + 1, n do if math.abs(a[r][c]) > math.abs(a[p][c]) then p = r end end
    if a[p][c] == 0 then return 0 end
    if p ~= c then a[p], a[c] = a[c], a[p] d = -d end
    d = d * a[c][c]
    for r = c + 1, n do local f = a[r][c] / a[c][c] for k = c, n do a[r][k] = a[r][k] - f * a[c][k] end end
  end
  return d
end
function M:inverse()
  local n, a, b = #self, {}, ident(#self)
  for i = 1, n do a[i] = { unpack(self[i]) } end
  for c = 1, n do
    local p = c
    for r = c + 1, n do if math.abs(a[r][c]) > math.abs(a[p][c]) then p = r end end
    if math.abs(a[p][c]) < 1e-12 then error("matrix is singular", 0) end
    a[p], a[c], b[p], b[c] = a[c], a[p], b[c], b[p]
    local f = a[c][c]
    for k = 1, n do a[c][k], b[c][k] = a[c][k] / f, b[c][k] / f end
    for r = 1, n do
      if r ~= c then
        local g = a[r][c]
        for k = 1, n do a[r][k], b[r][k] = a[r][k] - g * a[c][k], b[r][k] - g * b[c][k] end
      end
    end
  end
  return b
end
local a, b = new{ { 1, 2 }, { 3, 4 } }, new{ { 0, 1 }, { 1, 0 } }
print(a, b, a * b, b * a, a + b, a - b, -a, 2 * a, a * 0.5)
print(a:transpose(), a:det(), a(2, 1), a ^ 3, a ^ 0, (a ^ -1) * a == ident(2))
local c = new{ { 2, -1, 0 }, { -1, 2, -1 }, { 0, -1, 2 } }
print(c:det(), c:inverse() * c == ident(3), c * c, c ^ 4)
print(pcall(function() return a * c end))
print(pcall(M.inverse, new{ { 1, 2 }, { 2, 4 } }))
print(new{ { 1, 2, 3 } } * new{ { 1 }, { 2 }, { 3 } }, new{ { 1 }, { 2 } } * new{ { 3, 4 } })
local fib = new{ { 1, 1 }, { 1, 0 } }
for _, n in ipairs{ 1, 5, 10, 30, 70 } do print(n, ("%.0f"):format((fib ^ n)[1][2])) end
local big = {}
for i = 1, 20 do big[i] = {} for j = 1, 20 do big[i][j] = (i * j + i - j) % 7 + (i == j and 10 or 0) end end
big = new(big)
local inv = big:inverse()
print(big * inv == ident(20), ("%.6g"):format(big:det()))
local s = 0
for i = 1, 20 do for j = 1, 20 do s = s + inv[i][j] end end
print(("%.10g"):format(s))
