-- table.new and table.clear through require.
print(table.new, table.clear)
local new, clear = require("table.new"), require("table.clear")
print(type(new), type(clear), table.new, table.clear)
print(#new(10, 10), next(new(0, 0)), pcall(new), pcall(new, 1), pcall(new, "x", 1), pcall(new, 1, "x"))
local t = new(100, 0)
for i = 1, 100 do t[i] = i end
print(#t, t[100])
clear(t)
print(#t, next(t))
t[1] = "a"
t.x = "b"
print(t[1], t.x, #t)
local m = setmetatable({ 1, 2, x = 3 }, { __index = function() return "mt" end })
print(clear(m), next(m), m.x, getmetatable(m) ~= nil)
print(pcall(clear), pcall(clear, 1))
local big = {}
for i = 1, 1000 do big["k" .. i] = i end
clear(big)
print(next(big))
for i = 1, 10 do big["k" .. i] = i end
local n = 0
for _ in pairs(big) do n = n + 1 end
print(n)
print(package.loaded["table.new"] == new, pcall(require, "table.nope") == false)
local e = new(3, 4)
e[1], e[2], e[3], e.a, e.b = 1, 2, 3, 4, 5
print(#e, e.a, e[4])
