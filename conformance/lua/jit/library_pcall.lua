-- Protected calls in hot loops.
local function add(a, b) return a + b end
local function many(...) return ..., select("#", ...) end
local n = 0
for i = 1, 200 do
  local ok, v = pcall(add, i, 1)
  n = n + (ok and v or 0)
end
print("pcall", n)
for i = 1, 200 do
  local ok, v = xpcall(add, function(m) return m end, i, 2)
  n = n + (ok and v or 0)
end
print("xpcall", n)
for i = 1, 200 do
  local a, b, c, d = pcall(many, i, nil, "x")
  n = n + (a and 1 or 0) + b + (c == 3 and 1 or 0)
  n = n + select("#", pcall(many)) + select("#", pcall(many, 1, 2, 3))
end
print("results", n)
for i = 1, 200 do
  local ok, a = pcall(function(x) if x % 50 == 0 then error({ code = x }) end return x end, i)
  n = n + (ok and a or a.code * 1000)
end
print("sometimes an error", n)
for i = 1, 200 do
  local ok, message = xpcall(function() local t = i > 150 and nil or {} return t.x end, function(m) return "handled: " .. m end)
  if i % 40 == 0 then print(ok, message) end
end
for i = 1, 200 do
  local ok, a, b = pcall(pcall, add, i, 3)
  n = n + (ok and a and b or 0)
  local ok, a = pcall(function() local ok, v = pcall(add, i, i) return v end)
  n = n + a
end
print("nested", n)
local function depth(k)
  if k == 0 then return 0 end
  local ok, v = pcall(depth, k - 1)
  return v + 1
end
for i = 1, 100 do n = n + depth(i % 10) end
print("recursive", n)
for i = 1, 100 do
  local ok, v = pcall(math.floor, i / 2)
  local ok2, v2 = pcall(string.rep, "x", i % 5)
  n = n + v + #v2 + select("#", pcall(error)) + (pcall(nil) and 1 or 0)
end
print("natives", n)
local object = setmetatable({}, { __call = function(self, x) return x * 2 end, __index = function(t, k) return k end })
for i = 1, 100 do
  local ok, v = pcall(object, i)
  local ok2, v2 = pcall(function() return object[i] + object.x == nil end)
  n = n + v + (ok2 and 1 or 0)
end
print("callable", n)
-- Errors thrown out of loops within.
local function find(t, x)
  for i, v in ipairs(t) do if v == x then error(i, 0) end end
  return "none"
end
local list = {}
for i = 1, 60 do list[i] = i * 3 end
for i = 1, 200 do
  local ok, v = pcall(find, list, i)
  if not ok then n = n + v end
end
print("found", n)
local function guarded(f, ...) return pcall(f, ...) end
for i = 1, 200 do
  local ok, v = guarded(add, i, i % 70 == 0 and {} or 1)
  n = n + (ok and v or 1)
end
print("tail call", n)
local co = coroutine.wrap(function()
  for i = 1, 200 do
    local ok, v = pcall(function(x) if x % 60 == 0 then coroutine.yield(x) end return x end, i)
    n = n + v
  end
  return "end"
end)
print(co(), co(), co(), co(), n)
-- As tail calls.
local function safely(f, ...) return pcall(f, ...) end
local function safely_x(f, a, b) return xpcall(f, debug.traceback, a, b) end
local function once(f, a) return pcall(f, a) end
local function twice(f, a) return once(once, f, a) end
local m = 0
local function check(x) if x % 60 == 0 then error("sixty", 0) end return x, x + 1 end
for i = 1, 200 do
  local ok, a, b = safely(check, i)
  m = m + (ok and a + b or #a)
  local ok, a, b = safely(many, i, 2)
  m = m + a + b
  local ok, a = safely_x(add, i, 2)
  m = m + a
  local ok, ok2, a = twice(check, i)
  m = m + (ok2 and a or 0)
  m = m + select("#", safely(many, 1, 2, 3)) + select("#", once(many))
end
print("tail calls", m)
local function down(k)
  if k == 0 then return 0 end
  return select(2, once(down, k - 1)) + 1
end
local function down_tail(k, sum)
  if k == 0 then return sum end
  return pcall(down_tail, k - 1, (sum or 0) + k)
end
for i = 1, 100 do m = m + down(i % 12) + select("#", down_tail(i % 8, 0)) end
print("deep tail calls", m)
local function by_function() local ok, v = once(check, m % 59 + 1) return v end
for i = 1, 200 do m = m + by_function() end
print("functions", m)
