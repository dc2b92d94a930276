-- All operators on random numbers of many magnitudes.
math.randomseed(555)
local function num()
  local k = math.random(8)
  if k == 1 then
    return math.random(-5, 5)
  elseif k == 2 then
    return math.random(-2^31, 2^31)
  elseif k == 3 then
    return math.random()
  elseif k == 4 then
    return (math.random() - 0.5) * 10 ^ math.random(-20, 20)
  elseif k == 5 then
    return 2 ^ math.random(-60, 60)
  elseif k == 6 then
    return math.random(-2^50, 2^50)
  elseif k == 7 then return math.random(0, 64) / 4 end
  return math.floor((math.random() - 0.5) * 1e6) / 8
end
for i = 1, 700 do
  local a, b = num(), num()
  print(("%.17g %.17g"):format(a, b), a + b, a - b, a * b, a / b, a % b, -a, a < b, a <= b, a == b, math.floor(a),
    math.ceil(b), math.fmod(a, b), math.max(a, b), math.abs(b))
  if math.abs(a) < 2^50 and math.abs(b) < 2^50 then
    print(a & b, a | b, a ~ b, ~a, a << b, a >> b, a ~>> b, bit.tohex(a), bit.rol(a, b), bit.bswap(a))
  end
end
