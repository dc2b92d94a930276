-- atan2, fmod, pow, min, max, log with base, ldexp.
local v = { 0, -0, 1, -1, 2.5, -2.5, 3, 10, 1e300, 1/0, -1/0, 0/0 }
for _, a in ipairs(v) do
  local r = {}
  for _, b in ipairs(v) do
    r[#r + 1] = ("%.12g/%.12g/%.12g"):format(math.atan2(a, b), math.fmod(a, b), math.pow(a, b))
  end
  print(a, table.concat(r, " "))
end
for _, a in ipairs(v) do
  local r = {}
  for _, b in ipairs(v) do r[#r + 1] = ("%g/%g"):format(math.min(a, b), math.max(a, b)) end
  print(a, table.concat(r, " "))
end
for _, x in ipairs{ 1, 2, 8, 10, 100, 1000, 1024, 0.5, 0, -1, 1/0 } do
  print(x, ("%.12g"):format(math.log(x)), ("%.12g"):format(math.log(x, 2)), ("%.12g"):format(math.log(x, 10)),
    ("%.12g"):format(math.log(x, 3)), ("%.12g"):format(math.log(x, 0.5)), ("%.12g"):format(math.log(x, 1)),
    ("%.12g"):format(math.log10(x)))
end
print(math.max(1, 2, 3), math.max(3, 2, 1), math.min(3, 1, 2), math.max(-1), math.min(5), math.max(1.5, "2"),
  math.min("1", 0), math.max(1, 1/0, 0/0 == 0 and 1 or 2))
print(math.max(0, -0), math.max(-0, 0), math.min(0, -0), math.min(-0, 0))
print(math.max(0/0, 1), math.max(1, 0/0), math.min(0/0, 1), math.min(1, 0/0))
print(math.fmod(5, 3), math.fmod(-5, 3), math.fmod(5, -3), math.fmod(5.5, 2), math.fmod(1e300, 7), math.mod,
  math.fmod(2^53, 3))
print(math.pow(2, 10), math.pow(2, 0.5), math.pow(-8, 1/3), math.pow(0, 0))
