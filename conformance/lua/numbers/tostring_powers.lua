-- Powers of two and ten, their neighbours and halves: exact conversion.
for e = -1074, 1023, 37 do
  local v = 2^e
  print(e, v, ("%.17g"):format(v), tonumber(("%.17g"):format(v)) == v, ("%a"):format(v))
end
for e = -320, 308, 13 do
  local v = tonumber("1e" .. e)
  print(e, v, ("%.17g"):format(v), ("%.15g"):format(v), ("%.16e"):format(v))
end
