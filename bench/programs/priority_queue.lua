-- A binary heap with a comparison function, used as the event queue of a simulation.
-- Measures: calls of a function value in the inner loop, traces that go from one function's loop into another's.
-- small: 500
local n = tonumber(arg and arg[1]) or 2000000

local Heap = {} Heap.__index = Heap
function Heap.new(cmp) return setmetatable({ items = {}, size = 0, less = cmp }, Heap) end
function Heap:push(x)
  local items, less = self.items, self.less
  self.size = self.size + 1
  local i = self.size
  while i > 1 do
    local parent = math.floor(i / 2)
    if not less(x, items[parent]) then break end
    items[i] = items[parent]
    i = parent
  end
  items[i] = x
end
function Heap:pop()
  local items, less = self.items, self.less
  local top, last = items[1], items[self.size]
  items[self.size] = nil
  self.size = self.size - 1
  local i, size = 1, self.size
  while i * 2 <= size do
    local child = i * 2
    if child < size and less(items[child + 1], items[child]) then child = child + 1 end
    if not less(items[child], last) then break end
    items[i] = items[child]
    i = child
  end
  if size > 0 then items[i] = last end
  return top
end
local q = Heap.new(function(a, b) return a.at < b.at end)
local seed, sum = 11, 0
for i = 1, 1000 do seed = (seed * 16807) % 2147483647; q:push { at = seed % 100000, id = i } end
for i = 1, n do
  local e = q:pop()
  sum = (sum * 31 + e.id) % 1000000007
  seed = (seed * 16807) % 2147483647
  q:push { at = e.at + seed % 1000, id = i }
end
print(sum)
