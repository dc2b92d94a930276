-- Modulo has the sign of the divisor; infinities and zero.
local xs = { 5, -5, 5.5, -5.5, 0, -0, 1e300, 3, -3, 2^53, 1/0, -1/0, 0/0 }
local ys = { 3, -3, 3.5, -3.5, 1, -1, 1/0, -1/0, 0, 0.1, 1e-300, 2^31, 0/0 }
for _, x in ipairs(xs) do for _, y in ipairs(ys) do
  print(x, y, x % y, math.fmod(x, y), x - math.floor(x / y) * y)
end end
