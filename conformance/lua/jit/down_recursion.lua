-- Recursions that return: numbers, objects, several results, from any depth, to callers of many kinds.
local function sum(n)
  if n == 0 then return 0 end
  return n + sum(n - 1)
end
local total = 0
for i = 1, 60 do total = total + sum(i) + sum(7 * i) end
print(total, sum(3000))

-- Lists and strings; garbage on the way back.
local function list(n)
  if n == 0 then return nil end
  return { n, list(n - 1) }
end
local function count(l)
  if not l then return 0 end
  return 1 + count(l[2])
end
local function text(n)
  if n == 0 then return "" end
  local rest = text(n - 1)
  return n % 10 .. rest
end
local function copy(l)
  if l == nil then return nil end
  local rest = copy(l[2])
  local new = { l[1] * 2, rest }
  return new
end
for i = 1, 40 do
  local l = list(5 * i)
  total = total + count(l) + count(copy(l)) + #text(3 * i)
end
print(total, text(30))

-- Several results, none, and more than are wanted.
local function both(n)
  if n == 0 then return 1, 2, 3 end
  local a, b = both(n - 1)
  return a + b, a - b
end
local function nothing(n)
  total = total + 1
  if n > 0 then
    nothing(n - 1)
    total = total + n % 3
  end
end
local function three(n)
  if n == 0 then return 1 end
  local a, b, c = three(n - 1)
  return b, c or n, a
end
local function pass(n, ...)
  if n == 0 then return ... end
  local a, b = pass(n - 1, n, ...)
  return b, a, n
end
for i = 1, 50 do
  local a, b, c = both(i % 23)
  total = total + a + b + (c or 0)
  nothing(i)
  a, b, c = three(i)
  total = total + (a or 0) + (b or 0) * 2 + (c or 0) * 3
  a, b = pass(i)
  total = total + (a or 0) + (b or 0) * 5
end
print(total)

-- Types that change on the way back.
local function mixed(n)
  if n == 0 then return "0" end
  local r = mixed(n - 1)
  if n % 7 == 0 then return r .. "" end
  if n % 7 == 3 then return tonumber(r) end
  return n % 7 < 3 and r or r + 1
end
for i = 1, 80 do total = total + mixed(i) end
print(total)

-- Two functions in turn, and one with two recursive calls.
local odd
local function even(n)
  if n == 0 then return 0 end
  return 1 + odd(n - 1)
end
function odd(n)
  if n == 0 then return 100 end
  return 2 + even(n - 1)
end
local function tree(n)
  if n <= 1 then return 1 end
  return tree(n - 1) + tree(n - 3) * 2
end
for i = 1, 60 do total = (total + even(i) + even(3 * i) + tree(i % 13)) % 1000003 end
print(total)

-- Upvalues closed on the way back.
local function closures(n, all)
  local x = n
  all[#all + 1] = function() x = x + 1 return x end
  if n == 0 then return 0 end
  local r = closures(n - 1, all)
  x = x + r
  return r + x % 5
end
for i = 1, 40 do
  local all = {}
  total = total + closures(i, all)
  for _, f in ipairs(all) do total = total + f() end
end
print(total)

-- Out of protected calls, coroutines, metamethods, iterators and methods.
local function guarded(n)
  if n == 0 then return 0 end
  if n % 15 == 0 then
    local ok, r = pcall(guarded, n - 1)
    return r + 1
  end
  return 1 + guarded(n - 1)
end
local V = {}
V.__add = function(a, b)
  if b == 0 then return a end
  return (a + (b - 1))[1] + 1 > 0 and setmetatable({ a[1] + b }, V)
end
V.__index = function(t, k)
  if k == 0 then return 0 end
  return t[k - 1] + 1
end
local Node = {}
Node.__index = Node
function Node:depth()
  if not self.next then return 1 end
  return 1 + self.next:depth()
end
for i = 1, 50 do
  total = total + guarded(2 * i)
  local co = coroutine.wrap(function() coroutine.yield(sum(2 * i)) return sum(i) end)
  total = total + co() + co()
  total = total + (setmetatable({ 1 }, V) + i % 20)[1] + setmetatable({}, V)[i]
  local node
  for j = 1, i do node = setmetatable({ next = node }, Node) end
  total = total + node:depth()
end
print(total)

-- Errors on the way down and on the way back, and the end of the stack.
local function fails(n, at, back)
  if n == at and not back then error("down at " .. n) end
  if n == 0 then return 0 end
  local r = fails(n - 1, at, back)
  if n == at then error({ n }) end
  return r + 1
end
for i = 1, 40 do
  local ok, e = pcall(fails, 50, i, i % 2 == 0)
  total = total + (type(e) == "table" and e[1] or #e)
  if i > 37 then print(ok, type(e) == "table" and e[1] or e) end
end
local function endless(n) return 1 + endless(n + 1) end
for i = 1, 5 do print((select(2, pcall(endless, 1)):gsub(":.*", ""))) end
print(total)

-- Hooks and tracebacks in the midst of it.
local function seen(n)
  if n == 0 then return select(2, debug.traceback("x", 1):gsub("in function 'seen'", "")) end
  local r = seen(n - 1)
  if n == 20 then r = r + select(2, debug.traceback("x", 1):gsub("in function 'seen'", "")) * 100 end
  return r
end
for i = 1, 30 do total = total + seen(i) end
print(total)
local events = 0
local function hooked(n)
  if n == 0 then debug.sethook(function() events = events + 1 end, "r") return 0 end
  local r = hooked(n - 1) + 1
  if n == 30 then debug.sethook() end
  return r
end
for i = 1, 30 do total = total + hooked(40) end
print(total, events)
