-- Events that the default dialect ignores on tables: __len, __pairs, __ipairs; __gc on tables; __mode.
local t = setmetatable({ 1, 2, 3 },
  { __len = function() return 42 end, __pairs = function() return function() end end,
  __ipairs = function() return function() end end, __gc = function() print"never" end })
print(#t)
for k, v in pairs(t) do io.write(k, "=", v, " ") end
for i, v in ipairs(t) do io.write(i, "=", v, " ") end
print()
print(table.getn(t), unpack(t))
table.insert(t, 4)
print(#t, table.concat(t, ","))
t = nil
collectgarbage()
collectgarbage()
local p = newproxy(true)
getmetatable(p).__len = function() return 7 end
print(#p)
getmetatable(p).__pairs = function() return "p" end
print(pcall(pairs, p))
print(pcall(next, p))
debug.setmetatable(5, { __len = function(n) return n * 2 end })
print(#5 , pcall(function() return #true end))
debug.setmetatable(5, nil)
getmetatable("").__len = function() return 99 end
print(#"abc")
getmetatable("").__len = nil
print(pcall(function() return #p.x end), pcall(function() return #nil end))
local u = setmetatable({}, { __len = function() error"no" end })
print(#u, rawlen)
print(rawequal(u, u), rawequal({}, {}), rawequal(1, 1.0), rawequal("a", "a"), rawequal(0 / 0, 0 / 0),
  pcall(rawequal, 1), pcall(rawequal))
local e = setmetatable({}, { __eq = function() return true end })
print(rawequal(e, setmetatable({}, getmetatable(e))), e == setmetatable({}, getmetatable(e)))
local c = setmetatable({}, { __concat = function(a, b)
  return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b)
end })
print(c .. "x", "x" .. c, c .. c, 1 .. c, c .. 1, "a" .. "b" .. c .. "d" .. "e")
local idx = setmetatable({}, { __index = function(_, k) return k end })
print(idx[1], idx.x, #idx, next(idx), rawget(idx, 1))
print(pcall(ipairs))
print(pcall(ipairs, nil))
print(pcall(pairs))
print(pcall(pairs, nil))
print(pcall(pairs, 5))
print(pcall(ipairs, "str"))
local dyn = setmetatable({}, {})
getmetatable(dyn).__index = function(_, k) return k .. 1 end
print(dyn.a)
getmetatable(dyn).__index = function(_, k) return k .. 2 end
print(dyn.a)
getmetatable(dyn).__index = nil
print(dyn.a)
getmetatable(dyn).__add = function() return "late add" end
print(dyn + 1)
getmetatable(dyn).__add = nil
print(pcall(function() return dyn + 1 end))
getmetatable(dyn).__call = function() return "late call" end
print(dyn())
local mm = setmetatable({}, { __index = function(_, k)
  if k == "__add" then return function() return "via index" end end
end })
print(pcall(function() return setmetatable({}, mm) + 1 end))
local self = setmetatable({}, { __index = rawget, __newindex = rawset })
self.x = 1
print(self.x, self.y)
