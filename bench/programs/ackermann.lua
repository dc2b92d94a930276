-- Ackermann, Takeuchi and McCarthy's 91 function through globals.
-- Measures: deep recursion, global function calls, tail calls.
-- small: 2
-- long: 10
local n = tonumber(arg and arg[1]) or 9

function ack(m, k)
  if m == 0 then return k + 1 end
  if k == 0 then return ack(m - 1, 1) end
  return ack(m - 1, ack(m, k - 1))
end

function tak(x, y, z)
  if y >= x then return z end
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
end

function m91(k)
  if k > 100 then return k - 10 end
  return m91(m91(k + 11))
end

print(string.format("ack(3, %d) = %d", n, ack(3, n)))
print(string.format("tak = %d", tak(3 * n, 2 * n, n)))
local sum = 0
for _ = 1, 300 * n do
  for k = 1, 100 do sum = sum + m91(k) end
end
print(string.format("m91 sum = %d", sum))
