-- Variable arguments: select, unpack, table packing, forwarding, multiple results.
-- Measures: vararg calls and their library functions.
-- small: 10
local n = tonumber(arg and arg[1]) or 1000000

local unpack = unpack or table.unpack
local select = select

local function sum(...)
  local total = 0
  for i = 1, select("#", ...) do total = total + (select(i, ...)) end
  return total
end

local function sum_packed(...)
  local total, args = 0, { ... }
  for i = 1, #args do total = total + args[i] end
  return total
end

local function first_rest(first, ...) return first, select("#", ...) end

local function sum_recursive(first, ...)
  if first == nil then return 0 end
  return first + sum_recursive(...)
end

local function forward(f, ...) return f(...) end

local function bind(f, ...)
  local bound, count = { ... }, select("#", ...)
  return function(...)
    local args = { unpack(bound, 1, count) }
    for i = 1, select("#", ...) do args[count + i] = (select(i, ...)) end
    return f(unpack(args))
  end
end

local function swap(...)
  local a, b, c = ...
  return c, b, a
end

local function maximum(...)
  return math.max(...)
end

local total = 0
local bound = bind(sum, 1, 2)
for i = 1, n do
  total = total + sum(i, 2, 3, 4, 5)
  total = total + sum_packed(i, 2, 3, 4, 5, 6, 7, 8)
  total = total + sum_recursive(1, 2, 3, i)
  total = total + forward(sum, 1, i)
  local a, rest = first_rest(i, 1, 2, 3)
  total = total + a + rest
  local x, y, z = swap(forward(swap, 1, 2, i))
  total = total + x * y + z
  total = total + maximum(i, 3, 17, -4)
  total = total + bound(i, 4)
  total = (total + select(-1, 5, 6, 7) + #{ swap(1, 2, 3) }) % 1000000007
end
print(string.format("%d", total))
