-- A cache with least-recently-used eviction (hash table and doubly linked list) and
-- a large live heap of records that is updated and partly replaced.
-- Measures: table fields that point both ways, a big heap under steady allocation.
-- small: 100
-- long: 2600000
local n = tonumber(arg and arg[1]) or 1300000

local seed = 23
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local Cache = {}
Cache.__index = Cache

local function new_cache(capacity)
  local head, tail = {}, {}
  head.next, tail.prev = tail, head
  return setmetatable({ capacity = capacity, size = 0, map = {}, head = head, tail = tail }, Cache)
end

local function unlink(node)
  node.prev.next = node.next
  node.next.prev = node.prev
end

function Cache:to_front(node)
  local head = self.head
  node.prev, node.next = head, head.next
  head.next.prev = node
  head.next = node
end

function Cache:get(key)
  local node = self.map[key]
  if not node then return nil end
  unlink(node)
  self:to_front(node)
  return node.value
end

function Cache:put(key, value)
  local node = self.map[key]
  if node then
    node.value = value
    unlink(node)
  else
    if self.size >= self.capacity then
      local oldest = self.tail.prev
      unlink(oldest)
      self.map[oldest.key] = nil
    else
      self.size = self.size + 1
    end
    node = { key = key, value = value }
    self.map[key] = node
  end
  self:to_front(node)
end

local cache = new_cache(5000)
local hits, misses = 0, 0
for _ = 1, n do
  -- The product of two draws makes small keys frequent.
  local key = random(150) * random(150)
  local value = cache:get(key)
  if value then
    hits = hits + 1
    cache:put(key, value + 1)
  else
    misses = misses + 1
    cache:put(key, 1)
  end
end
local sum, node = 0, cache.head.next
while node ~= cache.tail do
  sum = (sum * 31 + node.key + node.value) % 16777213
  node = node.next
end
print(string.format("%d hits, %d misses, checksum %d", hits, misses, sum))

local records = {}
local live = math.ceil(n / 10)
for i = 1, live do records[i] = { id = i, tags = { i % 3, i % 5 }, name = "r" .. i % 1000 } end
for i = 1, n do
  local at = random(live) + 1
  local old = records[at]
  if i % 4 == 0 then
    records[at] = { id = old.id + 1, tags = { old.tags[2], old.tags[1] }, name = old.name }
  else
    old.tags[1] = old.tags[1] + 1
  end
end
sum = 0
for i = 1, live do
  local r = records[i]
  sum = (sum * 31 + r.id + r.tags[1] * 2 + r.tags[2] + #r.name) % 16777213
end
print(string.format("%d", sum))
