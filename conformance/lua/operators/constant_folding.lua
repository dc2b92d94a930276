-- Constant expressions against the same computed at run time.
local exprs = { "1+2", "2*3.5", "7%3", "-7%3", "2^10", "1/0", "-1/0", "0/0", "-0", "0*-1", "1-1", "3/2", "2^-1",
  "-(-5)", "-2^2", "7/0%1", "1e308*10", "5%0", "-5%0", "0^0", "2^0.5", "1+2*3-4/5", "'a'..'b'", "1 ..2", "not nil",
  "not 1", "#'abc'", "1<2", "1==1.0", "'a'=='a'", "nil==false", "1==\"1\"", "-0==0", "0/0==0/0", "3&5", "1<<31",
  "-1>>1", "~0", "5~3", "1 ?? 2", "nil ?? 2", "true ? 1 : 2", "2^53+1", "1e15+0.5", "-'2'", "'3'+4", "10 .. 20",
  "-5 ~>> 1", "6 | 9", "2^31|0", "1 << 32" }
for _, e in ipairs(exprs) do
  local ok, folded = pcall(assert(loadstring("return " .. e)))
  local lifted = e:gsub("%f[%w.]%d+%.?%d*e?%d*", "(%0+zero)")
  local f = loadstring("local zero = 0 return " .. lifted)
  local ok2, run
  if f then ok2, run = pcall(f) end
  print(e, ok, folded, ok2, run)
end
