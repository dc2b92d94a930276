-- Complex fast Fourier transform, forth and back, in place on an interleaved array.
-- Measures: strided array access, float arithmetic (SciMark kernel).
-- small: 1
-- long: 10000
local n = tonumber(arg and arg[1]) or 1500

local SIZE = 1024
local PI = math.pi
local sin = math.sin

local seed = 101
local function random()
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
end

local function bit_reverse(size, data)
  local j = 0
  for i = 0, size - 2 do
    if i < j then
      local a, b = 2 * i + 1, 2 * j + 1
      data[a], data[b] = data[b], data[a]
      data[a + 1], data[b + 1] = data[b + 1], data[a + 1]
    end
    local k = size / 2
    while k <= j do
      j = j - k
      k = k / 2
    end
    j = j + k
  end
end

-- Decimation in time; twiddle factors by the trigonometric recurrence.
local function transform(size, data, direction)
  bit_reverse(size, data)
  local dual = 1
  while dual < size do
    local theta = direction * PI / dual
    local s, half = sin(theta), sin(theta / 2)
    local s2 = 2 * half * half
    local wr, wi = 1, 0
    for a = 0, dual - 1 do
      for b = 0, size - 1, 2 * dual do
        local i = 2 * (b + a) + 1
        local j = i + 2 * dual
        local xr, xi = data[j], data[j + 1]
        local tr = wr * xr - wi * xi
        local ti = wr * xi + wi * xr
        data[j] = data[i] - tr
        data[j + 1] = data[i + 1] - ti
        data[i] = data[i] + tr
        data[i + 1] = data[i + 1] + ti
      end
      wr, wi = wr - s * wi - s2 * wr, wi + s * wr - s2 * wi
    end
    dual = dual * 2
  end
end

local function inverse(size, data)
  transform(size, data, 1)
  local scale = 1 / size
  for i = 1, 2 * size do data[i] = data[i] * scale end
end

local data, original = {}, {}
for i = 1, 2 * SIZE do
  data[i] = random()
  original[i] = data[i]
end
for _ = 1, n do
  transform(SIZE, data, -1)
  inverse(SIZE, data)
end
local err = 0
for i = 1, 2 * SIZE do
  local d = data[i] - original[i]
  err = err + d * d
end
transform(SIZE, data, -1)
local power = 0
for i = 1, 2 * SIZE do power = power + data[i] * data[i] end
print(math.sqrt(err / (2 * SIZE)) < 1e-10, string.format("%.6f", power))
