-- Integration, differentiation, ODEs, root finding, FFT, regression, linear systems.
local function f10(x) return ("%.10f"):format(x + 0) end
local function simpson(f, a, b, n)
  local h, s = (b - a) / n, f(a) + f(b)
  for i = 1, n - 1 do s = s + f(a + i * h) * (i % 2 == 1 and 4 or 2) end
  return s * h / 3
end
local function trapezoid(f, a, b, n)
  local h, s = (b - a) / n, (f(a) + f(b)) / 2
  for i = 1, n - 1 do s = s + f(a + i * h) end
  return s * h
end
for _, c in ipairs{ { "x^2", function(x) return x * x end, 0, 3 }, { "sqrt", math.sqrt, 0, 4 },
  { "1/x", function(x) return 1 / x end, 1, 2 }, { "x^3-x", function(x) return x ^ 3 - x end, -1, 2 } } do
  print(c[1], f10(simpson(c[2], c[3], c[4], 100)), f10(trapezoid(c[2], c[3], c[4], 100)))
end
local function rk4(f, y, t, h, n)
  for i = 1, n do
    local k1 = f(t, y)
    local k2 = f(t + h / 2, y + h / 2 * k1)
    local k3 = f(t + h / 2, y + h / 2 * k2)
    local k4 = f(t + h, y + h * k3)
    y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    t = t + h
  end
  return y
end
print(f10(rk4(function(t, y) return y end, 1, 0, 0.1, 10)), f10(rk4(function(t, y) return t * y end, 1, 0, 0.1, 10)),
  f10(rk4(function(t, y) return -2 * y + t end, 1, 0, 0.05, 40)))
local function bisect(f, a, b)
  local n = 0
  while b - a > 1e-12 do n = n + 1 local m = (a + b) / 2 if f(a) * f(m) <= 0 then b = m else a = m end end
  return f10((a + b) / 2), n
end
print(bisect(function(x) return x * x - 2 end, 0, 2))
print(bisect(function(x) return x ^ 3 - x - 2 end, 1, 2))
local function secant(f, a, b)
  for i = 1, 50 do
    local c = b - f(b) * (b - a) / (f(b) - f(a))
    if math.abs(c - b) < 1e-12 then return f10(c), i end
    a, b = b, c
  end
end
print(secant(function(x) return x * x - 612 end, 10, 30))
local function fft(x, inv)
  local n = #x
  if n == 1 then return { x[1] } end
  local e, o = {}, {}
  for i = 1, n, 2 do e[#e + 1] = x[i] o[#o + 1] = x[i + 1] end
  e, o = fft(e, inv), fft(o, inv)
  local r = {}
  for k = 0, n / 2 - 1 do
    local a = (inv and 2 or -2) * math.pi * k / n
    local c, s = math.cos(a), math.sin(a)
    local p, q = o[k + 1][1] * c - o[k + 1][2] * s, o[k + 1][1] * s + o[k + 1][2] * c
    r[k + 1] = { e[k + 1][1] + p, e[k + 1][2] + q }
    r[k + 1 + n / 2] = { e[k + 1][1] - p, e[k + 1][2] - q }
  end
  return r
end
local sig = {}
for i, v in ipairs{ 1, 2, 3, 4, 0, 0, 1, 5 } do sig[i] = { v, 0 } end
local F = fft(sig)
for i, v in ipairs(F) do io.write(("%.4f%+.4fi "):format(v[1] + 1e-12, v[2] + 1e-12)) end
print()
for i, v in ipairs(fft(F, true)) do io.write(("%.3f "):format(v[1] / 8 + 1e-12)) end
print()
local function regress(xs, ys)
  local n, sx, sy, sxy, sxx = #xs, 0, 0, 0, 0
  for i = 1, n do sx, sy, sxy, sxx = sx + xs[i], sy + ys[i], sxy + xs[i] * ys[i], sxx + xs[i] ^ 2 end
  local m = (n * sxy - sx * sy) / (n * sxx - sx * sx)
  return f10(m), f10((sy - m * sx) / n)
end
print(regress({ 1, 2, 3, 4, 5 }, { 2.2, 4.1, 6.2, 7.9, 10.1 }))
local function gauss(a, b)
  local n = #a
  for i = 1, n do
    local p = i
    for r = i + 1, n do if math.abs(a[r][i]) > math.abs(a[p][i]) then p = r end end
    a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
    if a[i][i] == 0 then return nil, "singular" end
    for r = i + 1, n do
      local k = a[r][i] / a[i][i]
      for c = i, n do a[r][c] = a[r][c] - k * a[i][c] end
      b[r] = b[r] - k * b[i]
    end
  end
  for i = n, 1, -1 do for c = i + 1, n do b[i] = b[i] - a[i][c] * b[c] end b[i] = b[i] / a[i][i] end
  for i = 1, n do b[i] = f10(b[i]) end
  return table.concat(b, " ")
end
print(gauss({ { 2, 1, -1 }, { -3, -1, 2 }, { -2, 1, 2 } }, { 8, -11, -3 }))
print(gauss({ { 1, 2 }, { 2, 4 } }, { 1, 2 }))
local function stats(t)
  local s = 0
  for _, v in ipairs(t) do s = s + v end
  local m, q = s / #t, 0
  for _, v in ipairs(t) do q = q + (v - m) ^ 2 end
  local o = { unpack(t) }
  table.sort(o)
  local med = #o % 2 == 1 and o[(#o + 1) / 2] or (o[#o / 2] + o[#o / 2 + 1]) / 2
  return f10(m), f10(math.sqrt(q / (#t - 1))), med, o[1], o[#o]
end
print(stats{ 2, 4, 4, 4, 5, 5, 7, 9 })
print(stats{ 1.5, -3, 8 })
math.randomseed(2024)
local hit = 0
for i = 1, 20000 do local x, y = math.random(), math.random() if x * x + y * y <= 1 then hit = hit + 1 end end
print("pi", 4 * hit / 20000)
local e, t = 0, 1
for i = 0, 20 do e = e + t t = t / (i + 1) end
print(f10(e))
local pi = 0
for k = 0, 10 do pi = pi + 1 / 16 ^ k * (4 / (8 * k + 1) - 2 / (8 * k + 4) - 1 / (8 * k + 5) - 1 / (8 * k + 6)) end
print(f10(pi))
