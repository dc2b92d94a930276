-- Product of two square matrices of floats held as arrays of rows.
-- Measures: nested array access, float multiply and add.
-- small: 10
-- long: 950
local n = tonumber(arg and arg[1]) or 450

local function new(size, f)
  local m = {}
  for i = 1, size do
    local row = {}
    for j = 1, size do row[j] = f(i, j) end
    m[i] = row
  end
  return m
end

local function transpose(m)
  return new(#m, function(i, j) return m[j][i] end)
end

local function multiply(a, b)
  local size = #a
  local bt = transpose(b)
  local c = {}
  for i = 1, size do
    local ai, ci = a[i], {}
    for j = 1, size do
      local bj, sum = bt[j], 0
      for k = 1, size do sum = sum + ai[k] * bj[k] end
      ci[j] = sum
    end
    c[i] = ci
  end
  return c
end

local scale = 1 / (n * n)
local a = new(n, function(i, j) return scale * (i - j) * (i + j - 2) end)
local b = new(n, function(i, j) return scale * (i + 2 * j) end)
local c = multiply(a, b)
local half = math.floor(n / 2) + 1
local trace = 0
for i = 1, n do trace = trace + c[i][i] end
print(string.format("%.6f %.6f", c[half][half], trace))
