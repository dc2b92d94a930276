-- Reading back what %.17g wrote, for pseudo-random doubles.
local seed = 12345
local function rnd() seed = (seed * 1103515245 + 12345) % 2147483648 return seed / 2147483648 end
local bad = 0
for i = 1, 2000 do
  local v = (rnd() - 0.5) * 2 ^ math.floor(rnd() * 600 - 300)
  if tonumber(("%.17g"):format(v)) ~= v then bad = bad + 1 end
  if tonumber(("%a"):format(v)) ~= v then bad = bad + 1 end
  if i % 40 == 0 then print(i, v, ("%.17g"):format(v), ("%.3f"):format(v % 1000)) end
end
print("bad", bad)
