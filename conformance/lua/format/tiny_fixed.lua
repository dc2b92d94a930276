-- expect-different: tiny numbers in fixed notation
-- %f of numbers below 2^-567: LuaJIT prints digits out of nowhere.
for _, v in ipairs{ 5e-324, 2^-1074 * 3, 2^-1023, 2^-1022, 1e-300, 2^-568, -5e-324 } do
  print(("%f"):format(v), ("%.0f"):format(v), ("%.2f"):format(v), ("%10.1f"):format(v), ("%.40f"):format(v))
end
