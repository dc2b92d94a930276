-- Builds and walks many short-lived binary trees beside one long-lived one.
-- Measures: allocation, garbage collection, recursion.
-- small: 5
local n = tonumber(arg and arg[1]) or 16

local function bottom_up(depth)
  if depth == 0 then return {} end
  depth = depth - 1
  return { bottom_up(depth), bottom_up(depth) }
end

local function check(tree)
  local left = tree[1]
  if left then return 1 + check(left) + check(tree[2]) end
  return 1
end

local MIN = 4
local max = math.max(MIN + 2, n)
print(string.format("stretch tree of depth %d\t check: %d", max + 1, check(bottom_up(max + 1))))
local long_lived = bottom_up(max)
for depth = MIN, max, 2 do
  local iterations = 2 ^ (max - depth + MIN)
  local sum = 0
  for _ = 1, iterations do sum = sum + check(bottom_up(depth)) end
  print(string.format("%d\t trees of depth %d\t check: %d", iterations, depth, sum))
end
print(string.format("long lived tree of depth %d\t check: %d", max, check(long_lived)))
