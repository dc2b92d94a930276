-- Traces that are left between a call that leaves all its results and the return or the tail call that takes them, where upvalues are
-- closed, even if there are none to close: the side trace gets the results.
local floor = math.floor

local function tail(f, n, m)
  local function unused() end
  return f(m, floor(n))
end
local function all(f, n, m)
  local function unused() end
  return f(n), m, f(n)
end

local function add(by)
  return function(a, b) return (a or 0) * 2 + (b or 0) + by end
end
local function two(by)
  return function(a) return a + by, by end
end

-- Many closures of one function: the guard for the callee fails at the tail call.
local sum = 0
for i = 1, 60 do
  sum = sum + tail(add(i % 7), i + 0.5, i)
end
print(sum)

sum = 0
for i = 1, 60 do
  local f = i % 3 == 0 and math.abs or add(i % 5)
  sum = sum + tail(f, i + 0.5, i)
end
print(sum)

-- The callees come from a table.
local callees = { add(1), add(2), two(3), function(a, b) return b or a end }
for rounds = 1, 3 do
  sum = 0
  for i = 1, 40 do
    sum = sum + tail(callees[i % rounds + 1], i + 0.5, i)
  end
  print(rounds, sum)
end
for rounds = 1, 4 do
  sum = 0
  for i = 1, 60 do
    sum = sum + tail(callees[rounds], i + 0.5, i)
  end
  print(rounds, sum)
end

local count, last = 0, nil
for i = 1, 60 do
  local a, b, c, d = all(i % 4 == 0 and math.abs or two(i), i, -i)
  count = count + select("#", all(two(i), i, -i)) + a + b + c
  last = d
end
print(count, last)

-- The collector is due there.
local kept = {}
for i = 1, 400 do
  kept[i % 10] = { tail(add(i), i, i) }
  sum = sum + #kept[i % 10]
end
print(sum, kept[3][1], kept[0][1])
