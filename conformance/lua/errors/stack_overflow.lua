-- Runaway recursion is an error that can be caught, again and again.
-- (Whether the message has a position depends on LuaJIT's compiler.)
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do r[i] = tostring((select(i, ...))):gsub("^.*stack overflow", "stack overflow") end
  print(table.concat(r, "\t"))
end
local function f() return 1 + f() end
local ok, e = pcall(f)
print(ok, e)
ok, e = pcall(f)
print(ok, e)
local function g(n) return n, g(n + 1) end
print(pcall(g, 1))
local t = setmetatable({}, {})
getmetatable(t).__index = function(s, k) return s[k .. "x"] end
print((pcall(function() return t.a end)))
local m = setmetatable({}, { __add = function(a, b) return a + b end })
print(pcall(function() return m + 1 end))
local c = setmetatable({}, {})
getmetatable(c).__call = function(self) return 1 + self() end
print(pcall(c))
local s = setmetatable({}, { __tostring = function(x) return tostring(x) .. "" end })
print((pcall(tostring, s)))
print((xpcall(f, function(msg) return msg end)))
print(select(2, xpcall(f, function(msg) return #msg > 0 end)))
print(pcall(coroutine.wrap(f)))
local depth = 0
local function count() depth = depth + 1 return 1 + count() end
print(pcall(count))
print(depth > 1000, depth < 1000000)
print((pcall(string.gsub, "a", "a", function() return f() end)))
local function h(...) return select("#", ...), h(1, ...) end
print((pcall(h)))
local even = function(n) return n end
print(even(1))
local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
print(deep(1000), deep(5000), deep(15000))
print(pcall(function() local function a() local function b() return 1 + a() end return 1 + b() end return a() end))
local q = setmetatable({}, { __eq = function(x, y) return x == y end })
print((pcall(function() return q == setmetatable({}, getmetatable(q)) end)))
local lt = setmetatable({}, { __lt = function(x, y) return x < y end })
print((pcall(function() return lt < lt end)))
local cc = setmetatable({}, { __concat = function(x, y) return x .. y end })
print((pcall(function() return cc .. "x" end)))
local ni = setmetatable({}, { __newindex = function(x, k, v) x[k] = v end })
print((pcall(function() ni.x = 1 end)))
local un = setmetatable({}, { __unm = function(x) return -x end })
print((pcall(function() return -un end)))
