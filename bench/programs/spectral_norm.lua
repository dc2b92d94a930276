-- Largest singular value of an infinite matrix, by power iteration.
-- Measures: calls of a small function in numeric loops, array access.
-- small: 20
-- long: 3500
local n = tonumber(arg and arg[1]) or 800

local function a(i, j)
  local d = i + j
  return 1 / (d * (d + 1) / 2 + i + 1)
end

local function mul_av(v, out)
  for i = 0, n - 1 do
    local s = 0
    for j = 0, n - 1 do s = s + a(i, j) * v[j + 1] end
    out[i + 1] = s
  end
end

local function mul_atv(v, out)
  for i = 0, n - 1 do
    local s = 0
    for j = 0, n - 1 do s = s + a(j, i) * v[j + 1] end
    out[i + 1] = s
  end
end

local tmp = {}
local function mul_at_av(v, out)
  mul_av(v, tmp)
  mul_atv(tmp, out)
end

local u, v = {}, {}
for i = 1, n do u[i] = 1 end
for _ = 1, 10 do
  mul_at_av(u, v)
  mul_at_av(v, u)
end
local vbv, vv = 0, 0
for i = 1, n do
  vbv = vbv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
print(string.format("%.9f", math.sqrt(vbv / vv)))
