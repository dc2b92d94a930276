-- The table library, raw access and iteration in hot loops.
local function show(t)
  local out = {}
  for i = 1, #t do out[i] = tostring(t[i]) end
  return #t .. ":" .. table.concat(out, ",", 1, math.min(#t, 12))
end

do
  local t = {}
  for i = 1, 200 do table.insert(t, i * 2) end
  local s = 0
  for i = 1, 150 do s = s + table.remove(t) end
  print("push and pop", s, show(t))
  for i = 1, 100 do table.insert(t, 1, i) table.insert(t, #t + 1, -i) table.insert(t, 3, i / 2) end
  print("insert", show(t))
  s = 0
  for i = 1, 100 do s = s + table.remove(t, 1) + table.remove(t, 2) + table.remove(t, #t) end
  print("remove", s, show(t))
  local e = {}
  for i = 1, 100 do s = s + (table.remove(e) or 1) + select("#", table.remove(e, 5)) end
  print("remove from empty", s)
  local q = {}
  for i = 1, 300 do
    q[#q + 1] = i
    if i % 3 == 0 then s = s + table.remove(q, 1) end
  end
  print("queue", s, show(q))
  local mixed = {}
  for i = 1, 150 do table.insert(mixed, i % 3 == 0 and "s" or i % 3 == 1 and i or {}) end
  local types = {}
  for i = 1, 150 do local v = table.remove(mixed) types[type(v)] = (types[type(v)] or 0) + 1 end
  print("mixed", types.string, types.number, types.table)
end

do
  local t = { "a", "b", "c", 1, 2.5 }
  local n = 0
  for i = 1, 150 do n = n + #table.concat(t) + #table.concat(t, ", ") + #table.concat(t, "-", 2, i % 4 + 1) end
  print("concat", n, table.concat(t, ";"))
  local long = {}
  for i = 1, 600 do long[i] = "item" .. i end
  for i = 1, 100 do n = n + #table.concat(long, ",", 1, 500 + i) end
  print("concat long", n)
  for i = 1, 100 do
    local ok, message = pcall(table.concat, i < 99 and t or { "x", {} })
    if i % 33 == 0 then print(ok, ok and message or message) end
  end
end

do
  local n = 0
  local t = { 1, 2, 3, 4, 5 }
  for i = 1, 150 do
    local a, b, c = unpack(t)
    local d, e = unpack(t, 4)
    local f = { unpack(t, 2, 3) }
    n = n + a + b + c + d + e + #f + select("#", unpack(t, 3, 2))
  end
  print("unpack", n)
  for i = 1, 150 do
    local u = {}
    for j = 1, i % 5 do u[j] = j end
    n = n + select("#", unpack(u))
  end
  print("unpack varies", n)
  local new, clear = require("table.new"), require("table.clear")
  for i = 1, 150 do
    local x = new(10, 2)
    x[1], x[10], x.k = i, i, i
    n = n + #x + x.k
    clear(x)
    n = n + (x.k and 1 or 0) + #x
    local big = new(200, 100)
    big[200] = 1
    n = n + (big[200] or 0)
  end
  print("new and clear", n)
  local from = {}
  for i = 1, 20 do from[i] = i end
  for i = 1, 100 do
    local to = table.move(from, 1, 10, 3, {})
    table.move(from, 1, 19, 2)
    from[1] = i
    n = n + #to + (to[3] or 0) + from[20]
    n = n + (table.move(from, 5, 8, 1)[1])
  end
  print("move", n, show(from))
  local sparse = { 1, 2, [50] = 3, [7.5] = 1, x = 1 }
  for i = 1, 100 do n = n + table.maxn(sparse) + table.maxn({}) + table.getn(from) end
  print("maxn", n)
end

do
  local n = 0
  for i = 1, 150 do
    local t = setmetatable({}, { __index = function() return 100 end, __newindex = function() error("no") end })
    rawset(t, i, 5)
    rawset(t, "k" .. i % 3, i)
    rawset(t, 2.5, 1)
    n = n + rawget(t, i) + (rawget(t, i + 1) or 1) + rawget(t, "k" .. i % 3)
    n = n + (rawequal(t, t) and 1 or 0) + (rawequal(t, {}) and 1 or 0) + (rawequal(i, 50) and 1 or 0) + (rawequal("a", "a") and 1 or 0)
    n = n + (rawequal(nil, false) and 1 or 0) + (rawequal(i, i + 0.0) and 1 or 0)
  end
  print("raw", n)
  local class = {}
  class.__index = class
  function class.value(self) return self.v end
  for i = 1, 150 do
    local o = setmetatable({ v = i }, class)
    n = n + o:value() + (getmetatable(o) == class and 1 or 0) + (getmetatable("x").__index == string and 1 or 0)
    n = n + (getmetatable({}) == nil and 1 or 0) + (getmetatable(i) == nil and 1 or 0)
    setmetatable(o, nil)
    n = n + (o.value == nil and 1 or 0)
  end
  print("metatables", n)
  local locked = setmetatable({}, { __metatable = "locked" })
  for i = 1, 100 do
    n = n + #getmetatable(locked)
    local ok, message = pcall(setmetatable, i < 99 and {} or locked, {})
    if i % 33 == 0 then print(ok, ok or message) end
  end
end

do
  local t = { 10, 20, 30, x = 1, y = 2, [2.5] = 3 }
  local n, k, v = 0
  for i = 1, 100 do
    k, v = next(t)
    while k do
      n = n + v
      k, v = next(t, k)
    end
    for _, v in pairs(t) do n = n + v end
    for j, v in ipairs(t) do n = n + j * v end
    for j, v in next, t do n = n + v end
    if next({}) == nil then n = n + 1 end
  end
  print("iteration", n)
  local big = {}
  for i = 1, 300 do big[i] = i big["k" .. i] = i end
  for i = 1, 300 do if i % 7 ~= 0 then big[i] = nil end end
  for k, v in pairs(big) do n = n + v end
  for k, v in next, big do n = n + v end
  print("sparse", n)
  for i = 1, 3 do
    local holes = {}
    for i = 1, 1000 do holes[i] = i end
    for i = 2, 999 do holes[i] = nil end
    for i = 1, 100 do for k, v in pairs(holes) do n = n + v end end
  end
  print("holes", n)
end

do
  local function count(...) return select("#", ...) end
  local function pick(n, ...) return (select(n, ...)) end
  local function sum(...)
    local s = 0
    for i = 1, select("#", ...) do s = s + (select(i, ...)) end
    return s
  end
  local n = 0
  for i = 1, 150 do
    n = n + count() + count(nil, nil) + count(i, i) + pick(2, 1, i, 3) + pick(-1, 1, 2, i) + sum(1, 2, i) + (pick(5, 1) or 7)
  end
  print("select", n)
  for i = 1, 100 do
    local ok, message = pcall(select, i < 99 and 1 or 0, "x")
    if i % 33 == 0 then print(ok, message) end
    local ok, a, b = pcall(assert, i < 99, "message", i)
    if i % 33 == 0 then print(ok, a, b) end
    n = n + select(2, assert(true, i))
    assert(i, "never")
  end
  print("assert", n)
  local kinds = { nil, true, 1, "s", {}, print, coroutine.create(print), function() end }
  local seen = {}
  for i = 1, 160 do
    local ty = type(kinds[i % 8 + 1])
    seen[ty] = (seen[ty] or 0) + 1
  end
  print(seen["nil"], seen.boolean, seen.number, seen.string, seen.table, seen["function"], seen.thread)
  local u = {}
  for i = 1, 120 do u[i] = (i * 7919) % 121 end
  for i = 1, 60 do
    table.sort(u, i % 2 == 0 and function(a, b) return a > b end or nil)
    n = n + u[1]
  end
  print("sort", n, show(u))
end
