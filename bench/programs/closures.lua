-- Creates closures that share and change captured variables; map, filter, compose.
-- Measures: closure creation, upvalue access, higher-order calls.
-- small: 10
-- long: 140000
local n = tonumber(arg and arg[1]) or 70000

local function counter(step)
  local value = 0
  return function()
    value = value + step
    return value
  end, function()
    return value
  end
end

local function map(t, f)
  local out = {}
  for i = 1, #t do out[i] = f(t[i]) end
  return out
end

local function filter(t, f)
  local out = {}
  for i = 1, #t do
    if f(t[i]) then out[#out + 1] = t[i] end
  end
  return out
end

local function fold(t, f, acc)
  for i = 1, #t do acc = f(acc, t[i]) end
  return acc
end

local function compose(f, g)
  return function(x) return g(f(x)) end
end

local function curry(f)
  return function(a)
    return function(b)
      return function(c) return f(a, b, c) end
    end
  end
end

local range = {}
for i = 1, 100 do range[i] = i end

local sum = 0
for i = 1, n do
  local step, get = counter(i % 5 + 1)
  for _ = 1, 50 do step() end
  sum = sum + get()

  local scale, shift = i % 7 + 1, i % 11
  local f = compose(function(x) return x * scale end, function(x) return x + shift end)
  local kept = filter(map(range, f), function(x) return x % 2 == 0 end)
  sum = sum + fold(kept, function(a, b) return a + b end, 0)

  local add3 = curry(function(a, b, c) return a + b * c end)
  for j = 1, 10 do sum = sum + add3(i)(j)(2) end

  local fns = {}
  for j = 1, 10 do fns[j] = function() return i + j end end
  for j = 1, 10 do sum = sum + fns[j]() end
  sum = sum % 1000000007
end
print(string.format("%d", sum))
