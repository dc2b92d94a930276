-- Singly and doubly linked lists, reversal, merge sort, cycle detection, LRU cache.
local function list(...)
  local h
  for i = select("#", ...), 1, -1 do h = { v = (select(i, ...)), next = h } end
  return h
end
local function str(l)
  local r = {}
  while l do r[#r + 1] = tostring(l.v) l = l.next end
  return "(" .. table.concat(r, " ") .. ")"
end
local function reverse(l) local p while l do l.next, p, l = p, l, l.next end return p end
local function map(l, f) return l and { v = f(l.v), next = map(l.next, f) } end
local function append(a, b) return a and { v = a.v, next = append(a.next, b) } or b end
local function filter(l, p)
  if not l then return nil end
  if p(l.v) then return { v = l.v, next = filter(l.next, p) } end
  return filter(l.next, p)
end
local function foldl(l, f, z) while l do z = f(z, l.v) l = l.next end return z end
local function merge(a, b)
  if not a then
    return b
  elseif not b then
    return a
  elseif a.v <= b.v then
    return { v = a.v, next = merge(a.next, b) }
  else return { v = b.v, next = merge(a, b.next) } end
end
local function sort(l)
  if not l or not l.next then return l end
  local s, f = l, l.next
  while f and f.next do s, f = s.next, f.next.next end
  local m = s.next
  s.next = nil
  return merge(sort(l), sort(m))
end
local function cyclic(l)
  local s, f = l, l
  while f and f.next do s, f = s.next, f.next.next if s == f then return true end end
  return false
end
local l = list(5, 3, 8, 1, 9, 2)
print(str(l), str(map(l, function(x) return x * x end)), str(filter(l, function(x) return x > 2 end)),
  foldl(l, function(a, b) return a + b end, 0))
print(str(append(l, list("a", "b"))))
l = reverse(l)
print(str(l), str(reverse(nil)), str(sort(list(4, 2, 7, 1, 1, 9, 0))))
print(cyclic(l))
local c = list(1, 2, 3)
c.next.next.next = c
print(cyclic(c), cyclic(nil))
local LRU = {}
LRU.__index = LRU
function LRU.new(n)
  local o = { cap = n, size = 0, map = {}, head = {}, tail = {} }
  o.head.next, o.tail.prev = o.tail, o.head
  return setmetatable(o, LRU)
end
local function unlink(n) n.prev.next, n.next.prev = n.next, n.prev end
function LRU:front(n) n.prev, n.next = self.head, self.head.next self.head.next.prev = n self.head.next = n end
function LRU:get(k) local n = self.map[k] if n then unlink(n) self:front(n) return n.v end end
function LRU:put(k, v)
  local n = self.map[k]
  if n then
    n.v = v
    unlink(n)
  else
    if self.size == self.cap then
      local old = self.tail.prev
      unlink(old)
      self.map[old.k] = nil
      self.size = self.size - 1
      io.write("evict ", old.k, "; ")
    end
    n = { k = k, v = v }
    self.map[k] = n
    self.size = self.size + 1
  end
  self:front(n)
end
function LRU:keys()
  local r, n = {}, self.head.next
  while n ~= self.tail do r[#r + 1] = n.k n = n.next end
  return table.concat(r, " ")
end
local cache = LRU.new(3)
for _, op in ipairs{ "p a", "p b", "p c", "g a", "p d", "g b", "g c", "p e", "p a", "g d", "p f" } do
  local o, k = op:match("(%a) (%a)")
  if o == "p" then cache:put(k, k:upper()) else io.write("get ", k, "=", tostring((cache:get(k))), "; ") end
  print(op, cache:keys())
end
local long
for i = 1, 1000 do long = { v = i % 37, next = long } end
long = sort(long)
local ok, prev = true, -1
local n = 0
while long do n = n + 1 ok = ok and prev <= long.v prev = long.v long = long.next end
print(n, ok)
