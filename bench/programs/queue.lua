-- Queues: a deque in a table with moving indices, a ring buffer, a linked list and
-- table.insert/remove at the front; a breadth-first search over a grid uses the first.
-- Measures: table growth at a moving index, field updates, table.insert and remove.
-- small: 10
local n = tonumber(arg and arg[1]) or 2000

local Deque = {}
Deque.__index = Deque
function Deque.new() return setmetatable({ first = 0, last = -1, items = {} }, Deque) end
function Deque:push_left(v)
  self.first = self.first - 1
  self.items[self.first] = v
end
function Deque:push_right(v)
  self.last = self.last + 1
  self.items[self.last] = v
end
function Deque:pop_left()
  local first = self.first
  if first > self.last then return nil end
  local v = self.items[first]
  self.items[first] = nil
  self.first = first + 1
  return v
end
function Deque:pop_right()
  local last = self.last
  if self.first > last then return nil end
  local v = self.items[last]
  self.items[last] = nil
  self.last = last - 1
  return v
end

local function search(width, height, step)
  local distance, queue = {}, Deque.new()
  distance[1] = 0
  queue:push_right(1)
  local seen = 0
  while true do
    local at = queue:pop_left()
    if not at then break end
    seen = seen + 1
    local d = distance[at] + 1
    local x = (at - 1) % width
    for k = 1, 4 do
      local to
      if k == 1 and x < width - 1 then to = at + 1
      elseif k == 2 and x > 0 then to = at - 1
      elseif k == 3 then to = at + width
      elseif k == 4 then to = at - width end
      if to and to >= 1 and to <= width * height and not distance[to] and to % step ~= 0 then
        distance[to] = d
        queue:push_right(to)
      end
    end
  end
  return seen, distance[width * height - 1] or -1
end

local function ring(size, count)
  local buffer, head, tail, length, sum = {}, 1, 1, 0, 0
  for i = 1, size do buffer[i] = 0 end
  for i = 1, count do
    if length == size or (i % 3 == 0 and length > 0) then
      sum = sum + buffer[head]
      head = head % size + 1
      length = length - 1
    end
    buffer[tail] = i
    tail = tail % size + 1
    length = length + 1
  end
  return sum
end

local function linked(count)
  local head, tail, sum = nil, nil, 0
  for i = 1, count do
    local node = { value = i, next = nil }
    if tail then tail.next = node else head = node end
    tail = node
    if i % 2 == 0 then
      sum = sum + head.value
      head = head.next
      if not head then tail = nil end
    end
  end
  return sum
end

local function front(count)
  local t, sum = {}, 0
  for i = 1, count do
    table.insert(t, 1, i)
    if #t > 30 then sum = sum + table.remove(t, 1) + table.remove(t) end
  end
  return sum
end

local function both_ends(count)
  local d, sum = Deque.new(), 0
  for i = 1, count do
    d:push_left(i)
    d:push_right(-i)
    if i % 3 == 0 then sum = sum + d:pop_left() - d:pop_right() + d:pop_left() end
  end
  return sum
end

local total = 0
for round = 1, n do
  local seen, distance = search(30, 30, 7 + round % 5)
  total = total + seen * 31 + distance
  total = total + ring(64, 1000)
  total = total + linked(1000)
  total = total + front(300)
  total = (total + both_ends(900)) % 1000000007
end
print(string.format("%d", total))
