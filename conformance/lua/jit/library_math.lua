-- The mathematical and the bit library in hot loops.
local function run(name, f, n)
  local s, t = 0, 0
  for i = 1, n or 200 do
    local a, b = f(i)
    if a == a and a ~= math.huge and a ~= -math.huge then s = s + a end
    if b then t = t + b end
  end
  print(name, ("%.14g %.14g"):format(s, t))
end

run("abs", function(i) return math.abs(i - 100) + math.abs(-i / 3) end)
run("floor", function(i) return math.floor(i / 3) + math.floor(-i / 7), math.floor(i) end)
run("ceil", function(i) return math.ceil(i / 3) + math.ceil(-i / 7), math.ceil(i) end)
run("sqrt", function(i) return math.sqrt(i) end)
run("log10", function(i) return math.log10(i) end)
run("exp", function(i) return math.exp(i / 50) end)
run("sin", function(i) return math.sin(i), math.cos(i) end)
run("tan", function(i) return math.tan(i / 300) end)
run("asin", function(i) return math.asin(i / 300), math.acos(i / 300) end)
run("atan", function(i) return math.atan(i), math.atan2(i, 3) end)
run("sinh", function(i) return math.sinh(i / 50), math.cosh(i / 50) end)
run("tanh", function(i) return math.tanh(i / 50) end)
run("frexp", function(i) return math.frexp(i * 1.5) end)
run("modf", function(i) return math.modf(i / 7) end)
run("modf negative", function(i) return math.modf(-i / 7) end)
run("log", function(i) return math.log(i), math.log(i, 3) end)
run("log base 2", function(i) return math.log(i, 2), math.log(i, 10) end)
run("pow", function(i) return math.pow(i, 1.5), i ^ 2 end)
run("fmod", function(i) return math.fmod(i, 7), math.fmod(-i, 7.5) end)
run("ldexp", function(i) return math.ldexp(i, 3), math.ldexp(i, i % 5 - 2) end)
run("min", function(i) return math.min(i, 50), math.min(i, 50.5, 20 + i / 2) end)
run("max", function(i) return math.max(i, 50), math.max(i, 50.5, 20 + i / 2) end)
run("min of strings", function(i) return math.min("33", i), math.max("3.5", i, "7") end)
run("deg", function(i) return math.deg(i), math.rad(i) end)
run("of strings", function(i) return math.sqrt("16") + math.sin("1") end)

math.randomseed(42)
run("random", function(i) return math.random() end)
run("random n", function(i) return math.random(6), math.random(1000) end)
run("random m n", function(i) return math.random(3, 9), math.random(-i, i) end)
run("randomseed", function(i) math.randomseed(i) return math.random(100) end)

-- Minus zero, NaN and infinities.
do
  local zero, nan, inf = 0, 0 / 0, math.huge
  local out = {}
  for i = 1, 100 do
    local x = i % 2 == 0 and -0.0 or 0.0
    out[i] = 1 / math.floor(x) == 1 / math.ceil(x) and 1 or 2
    zero = zero + (1 / math.abs(x) == inf and 1 or 0) + (math.max(nan, i) == i and 1 or 0) + (math.min(i, nan) ~= math.min(i, nan) and 1 or 0)
  end
  print(zero, table.concat(out, ""))
end

run("tobit", function(i) return bit.tobit(i * 1e9), bit.tobit(-i) end)
run("bnot", function(i) return bit.bnot(i), bit.bnot(i + 0.5) end)
run("bswap", function(i) return bit.bswap(i) end)
run("shifts", function(i) return bit.lshift(i, i) + bit.rshift(-i, i), bit.arshift(-i * 1000, i % 40) end)
run("rotations", function(i) return bit.rol(i, i), bit.ror(i, i * 3) end)
run("band", function(i) return bit.band(i, 0xF0), bit.band(i, 0xFF, 0x3C) end)
run("bor", function(i) return bit.bor(i, 0xF0), bit.bor(i, 0x100, 0x200, i * 2) end)
run("bxor", function(i) return bit.bxor(i, 0xF0), bit.bxor(i, i + 1, i + 2) end)
run("one operand", function(i) return bit.band(i) + bit.bor(i), bit.bxor(i) end)
run("strings", function(i) return bit.band("255", i), bit.lshift("1", i % 8) end)
run("beyond 32 bits", function(i) return bit.band(2 ^ 40 + i, -1), bit.bor(2 ^ 33 * i, i) end)
do
  local t = {}
  for i = 1, 120 do t[i] = bit.tohex(i * 12345, i % 17 - 8) .. bit.tohex(-i) end
  print(table.concat(t, " "))
end
