-- Recursion, and returns to frames below the one in which a trace begins.

local function fib(k)
  if k < 2 then return k end
  return fib(k - 1) + fib(k - 2)
end
print("fib", fib(18))

local function sum(n)
  if n == 0 then return 0 end
  return 1 + sum(n - 1)
end
local total = 0
for _ = 1, 60 do total = total + sum(70) end
print("sum", total)

local even, odd
function even(n) if n == 0 then return true end return (odd(n - 1)) end
function odd(n) if n == 0 then return false end return (even(n - 1)) end
local count = 0
for i = 1, 300 do if even(i % 50) then count = count + 1 end end
print("even", count)

local function loop(n, acc)
  if n == 0 then return acc end
  return loop(n - 1, acc + n)
end
print("tail", loop(2000, 0), loop(2001, 0.5))

-- A tail call of a library function ends what a loop's side trace goes on with.
local text, position = "17+4*25-(3+10)*2", 1
local function number()
  local first = position
  while true do
    local c = text:byte(position)
    if not c or c < 48 or c > 57 then break end
    position = position + 1
  end
  return tonumber(text:sub(first, position - 1))
end
local expression
local function atom()
  if text:byte(position) == 40 then
    position = position + 1
    local v = expression()
    position = position + 1
    return v
  end
  return number()
end
local function product()
  local v = atom()
  while text:byte(position) == 42 do
    position = position + 1
    v = v * atom()
  end
  return v
end
function expression()
  local v = product()
  while true do
    local c = text:byte(position)
    if c == 43 then position = position + 1 v = v + product()
    elseif c == 45 then position = position + 1 v = v - product()
    else return v end
  end
end
local all = 0
for _ = 1, 200 do position = 1 all = all + expression() end
print("expression", all)

-- The same with several results, with one too few, with an error.
local function last(t)
  local n = 0
  while t[n + 1] do n = n + 1 end
  return select(2, n, t[n], n)
end
local a, b, c
for i = 1, 100 do a, b, c = last({ i, i + 1, i % 3 == 0 and i or nil }) end
print("several", a, b, c)
local function highest(t)
  local n = 1
  while t[n + 1] do n = n + 1 end
  return math.max(t[n], 0)
end
local ok, message
local caught = 0
for i = 1, 120 do
  ok, message = pcall(highest, { 1, i, i % 40 == 0 and {} or 3 })
  if not ok then caught = caught + 1 end
end
print("errors", caught, ok, message)

-- A function of which there are many closures, in loops that run on.
local made = 0
for i = 1, 40 do
  local function below(x) return x < i end
  for j = 1, 60 do if below(j) then made = made + 1 end end
end
print("closures", made)

-- Loops that hardly loop, within others and within functions.
local short = 0
local function few(n) for k = 1, n do short = short + k end return short end
for i = 1, 200 do
  for k = 1, i % 3 do short = short + k end
  few(i % 2)
end
print("short", short)
