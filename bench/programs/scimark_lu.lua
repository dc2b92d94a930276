-- LU factorisation with partial pivoting of a dense matrix, over and over.
-- Measures: triangular loops on rows (SciMark kernel).
-- small: 1
-- long: 2600
local n = tonumber(arg and arg[1]) or 250

local SIZE = 100

local seed = 101
local function random()
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
end

local original, a, pivots = {}, {}, {}
for i = 1, SIZE do
  original[i], a[i] = {}, {}
  for j = 1, SIZE do original[i][j] = random() end
end

local function copy(to, from)
  for i = 1, SIZE do
    local ti, fi = to[i], from[i]
    for j = 1, SIZE do ti[j] = fi[j] end
  end
end

local abs = math.abs
local function factor(m, size)
  for j = 1, size do
    local best, row = abs(m[j][j]), j
    for i = j + 1, size do
      local candidate = abs(m[i][j])
      if candidate > best then best, row = candidate, i end
    end
    pivots[j] = row
    if best == 0 then return false end
    m[j], m[row] = m[row], m[j]
    local mj = m[j]
    local inverse = 1 / mj[j]
    for i = j + 1, size do m[i][j] = m[i][j] * inverse end
    for i = j + 1, size do
      local mi = m[i]
      local scale = mi[j]
      for k = j + 1, size do mi[k] = mi[k] - scale * mj[k] end
    end
  end
  return true
end

for _ = 1, n do
  copy(a, original)
  assert(factor(a, SIZE), "singular")
end

-- Multiply L and U again and compare with the permuted original.
local worst = 0
local permuted = {}
for i = 1, SIZE do permuted[i] = original[i] end
for j = 1, SIZE do
  permuted[j], permuted[pivots[j]] = permuted[pivots[j]], permuted[j]
end
local logdet = 0
for i = 1, SIZE do
  logdet = logdet + math.log(abs(a[i][i]))
  for j = 1, SIZE do
    local sum = i <= j and a[i][j] or 0
    for k = 1, math.min(i - 1, j) do sum = sum + a[i][k] * a[k][j] end
    local d = abs(sum - permuted[i][j])
    if d > worst then worst = d end
  end
end
print(worst < 1e-9, string.format("%.6f", logdet))
