-- Queue, stack, deque and ring buffer.
local Deque = {} Deque.__index = Deque
function Deque.new() return setmetatable({ first = 0, last = -1 }, Deque) end
function Deque:pushleft(v) self.first = self.first - 1 self[self.first] = v end
function Deque:pushright(v) self.last = self.last + 1 self[self.last] = v end
function Deque:popleft()
  local f = self.first
  if f > self.last then error("deque is empty", 2) end
  local v = self[f]
  self[f] = nil
  self.first = f + 1
  return v
end
function Deque:popright()
  local l = self.last
  if self.first > l then error("deque is empty", 2) end
  local v = self[l]
  self[l] = nil
  self.last = l - 1
  return v
end
function Deque:len() return self.last - self.first + 1 end
function Deque:iter() local i = self.first - 1 return function() i = i + 1 if i <= self.last then return self[i] end end end
Deque.__tostring = function(d)
  local r = {}
  for v in d:iter() do r[#r + 1] = tostring(v) end
  return "<" .. table.concat(r, " ") .. ">"
end
local d = Deque.new()
for i = 1, 5 do d:pushright(i) d:pushleft(-i) end
print(d, d:len())
print(d:popleft(), d:popright(), d)
while d:len() > 0 do io.write(d:popleft(), " ") end
print()
print(pcall(d.popleft, d))
print(pcall(function() return d:popright() end))
print(d)
local Ring = {}
Ring.__index = Ring
function Ring.new(n) return setmetatable({ cap = n, head = 1, count = 0, buf = {} }, Ring) end
function Ring:push(v)
  local i = (self.head + self.count - 1) % self.cap + 1
  self.buf[i] = v
  if self.count < self.cap then self.count = self.count + 1 else self.head = self.head % self.cap + 1 end
end
function Ring:items()
  local r = {}
  for k = 0, self.count - 1 do r[#r + 1] = self.buf[(self.head + k - 1) % self.cap + 1] end
  return r
end
local r = Ring.new(4) for i = 1, 10 do r:push(i) print(i, table.concat(r:items(), ",")) end
local stack = {}
for tok in ("3 4 + 2 * 7 / 5 - dup * swap"):gmatch("%S+") do
  local n = tonumber(tok)
  if n then
    stack[#stack + 1] = n
  elseif tok == "dup" then
    stack[#stack + 1] = stack[#stack]
  elseif tok == "swap" then
    local k = #stack
    if k >= 2 then stack[k], stack[k - 1] = stack[k - 1], stack[k] end
  else
    local b, a = table.remove(stack), table.remove(stack)
    stack[#stack + 1] = tok == "+" and a + b or tok == "-" and a - b or tok == "*" and a * b or a / b
  end
  print(tok, table.concat(stack, " "))
end
local Heap = {}
Heap.__index = Heap
function Heap.new(lt) return setmetatable({ n = 0, lt = lt or function(a, b) return a < b end }, Heap) end
function Heap:push(v)
  local i = self.n + 1
  self.n = i
  while i > 1 do local p = math.floor(i / 2) if not self.lt(v, self[p]) then break end self[i] = self[p] i = p end
  self[i] = v
end
function Heap:pop()
  local top, last = self[1], self[self.n]
  self[self.n] = nil
  self.n = self.n - 1
  if self.n > 0 then
    local i = 1
    while true do
      local c = i * 2
      if c > self.n then break end
      if c < self.n and self.lt(self[c + 1], self[c]) then c = c + 1 end
      if not self.lt(self[c], last) then break end
      self[i] = self[c]
      i = c
    end
    self[i] = last
  end
  return top
end
local h = Heap.new()
local seed = 7
for i = 1, 30 do seed = seed * 16807 % 2147483647 h:push(seed % 100) end
while h.n > 0 do io.write(h:pop(), " ") end
print()
local hs = Heap.new(function(a, b) return #a > #b or #a == #b and a < b end)
for w in ("the quick brown fox jumps over a lazy dog"):gmatch("%a+") do hs:push(w) end
while hs.n > 0 do io.write(hs:pop(), " ") end
print()
