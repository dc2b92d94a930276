-- __index: functions, tables, chains, rawget, on all types.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local log = {}
local t = setmetatable({ a = 1 }, { __index = function(s, k)
  log[#log + 1] = tostring(k)
  return "i_" .. tostring(k)
end })
print(t.a, t.b, t[1], t[true], t[1.5], rawget(t, "b"), #log)
print(t[print] ~= nil, t[{}] ~= nil)
print(pcall(function() return t[nil] end), pcall(function() return t[0 / 0] end))
local base = { x = "bx", y = "by" }
local mid = setmetatable({ y = "my" }, { __index = base })
local top = setmetatable({ z = "tz" }, { __index = mid })
print(top.x, top.y, top.z, top.w)
base.w = "late"
print(top.w)
local chain = { deepest = "found" }
for i = 1, 50 do chain = setmetatable({}, { __index = chain }) end
print(chain.deepest, chain.nope)
local loop = {}
setmetatable(loop, { __index = loop })
print(pcall(function() return loop.x end))
local l1, l2 = {}, {}
setmetatable(l1, { __index = l2 })
setmetatable(l2, { __index = l1 })
print(pcall(function() return l1.x end))
for _, n in ipairs{ 90, 98, 99, 100, 101, 110 } do
  local c = { v = n }
  for i = 1, n do c = setmetatable({}, { __index = c }) end
  print(n, pcall(function() return c.v end))
  print(n, pcall(function() return c.w end))
end
for _, bad in ipairs{ 5, true, "str", print } do
  local o = setmetatable({}, { __index = bad })
  print(type(bad), pcall(function() return o.len end))
  print(type(bad), pcall(function() return o[1] end))
end
print(pcall(setmetatable, {}, 5))
print(pcall(function() return setmetatable({}, { __index = false }).x end))
local s = "x"
print(s.len == string.len, s.foo, s[1])
string.foo = "strfoo"
print(s.foo, ("y").foo)
string.foo = nil
getmetatable("").__index = function(str, k) return k .. ":" .. str end
print(s.foo, s[5])
getmetatable("").__index = string
print(s:upper())
debug.setmetatable(5, { __index = function(n, k) return n .. "." .. tostring(k) end,
  __call = function(n, x) return n + x end, __len = function(n) return n end })
print((5).x, (7)[1], (3)(4), #9)
debug.setmetatable(5, nil)
print(pcall(function() return (5).x end))
debug.setmetatable(nil, { __index = function(_, k) return "nil." .. k end })
print((nil).foo, undefd.bar)
debug.setmetatable(nil, nil)
debug.setmetatable(true, { __index = { yes = "boolean" } })
print((true).yes, (false).yes)
debug.setmetatable(true, nil)
debug.setmetatable(print, { __index = { p = "func" } })
print(print.p, (function() end).p, print.q)
debug.setmetatable(print, nil)
print(pcall(function() return print.p end))
local co = coroutine.create(print)
debug.setmetatable(co, { __index = { c = "thread" } })
print(co.c)
debug.setmetatable(co, nil)
local v = setmetatable({}, { __index = function(s, k) return 1, 2, 3 end })
print(v.x, (v.y))
print(select("#", v.x))
local d = setmetatable({}, { __index = function(t, k) local n = k * 2 rawset(t, k, n) return n end })
print(d[1], d[2], rawget(d, 2), rawget(d, 3))
local arr = setmetatable({ 1, 2, 3 }, { __index = function(_, i) return -i end })
print(arr[1], arr[3], arr[4], arr[0], arr[-1], #arr)
print(pcall(function() return setmetatable({}, { __index = function() error("in index") end }).x end))
print(pcall(function() return setmetatable({}, { __index = function() error({ code = 1 }) end }).x end) == false)
local o = setmetatable({}, { __index = setmetatable({},
  { __call = function(_, s, k) return "callable " .. tostring(k) end }) })
print(o.x)
local pr = newproxy(true)
getmetatable(pr).__index = function(_, k) return "proxy " .. k end
print(pr.key)
