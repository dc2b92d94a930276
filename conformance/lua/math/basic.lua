-- Every function over a table of values.
local v = { 0, -0, 1, -1, 0.5, -0.5, 2, 2.5, -2.5, 3.7, -3.7, 10, 100, 1e10, -1e10, 1e15, 2^53, 1e100, 1e-10, 1/0,
  -1/0, 0/0, 2147483647.5, -2147483648.5, 4503599627370495.5, 0.49999999999999994 }
for _, f in ipairs{ "abs", "ceil", "floor", "sqrt", "exp", "log", "log10", "sin", "cos", "tan", "asin", "acos",
  "atan", "sinh", "cosh", "tanh", "deg", "rad" } do
  local r = {}
  for i, x in ipairs(v) do r[i] = ("%.13g"):format(math[f](x)) end
  for i = 1, #r, 9 do print(f, table.concat(r, " ", i, math.min(i + 8, #r))) end
end
for _, x in ipairs(v) do
  print(x, math.frexp(x))
  print(x, math.modf(x))
  print(math.abs(x), math.floor(x), math.ceil(x), 1 / math.floor(x), 1 / math.ceil(x))
end
for _, m in ipairs{ 0, 1, -1, 0.5, 0.75, 1/0 } do
  for _, e in ipairs{ 0, 1, -1, 10, -10, 1023, 1024, -1074, 2000, 1.9 } do print(m, e, math.ldexp(m, e)) end
end
print(math.pi, math.huge, -math.huge, ("%.17g"):format(math.pi))
