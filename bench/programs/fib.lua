-- Fibonacci numbers by naive recursion.
-- Measures: calls of a local function, small integer arithmetic.
-- small: 12
-- long: 40
local n = tonumber(arg and arg[1]) or 38

local function fib(k)
  if k < 2 then return k end
  return fib(k - 1) + fib(k - 2)
end

print(string.format("fib(%d) = %d", n, fib(n)))
