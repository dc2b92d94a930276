-- mode: 52compat
-- Finalizers and close under 52COMPAT stay those of userdata; weak tables.
local log = {}
local t = setmetatable({}, { __gc = function() log[#log + 1] = "table gc" end })
t = nil
collectgarbage()
collectgarbage()
print(#log)
local p = newproxy(true)
getmetatable(p).__gc = function() log[#log + 1] = "proxy gc" end
getmetatable(p).__len = function() return 9 end
getmetatable(p).__pairs = function() return next, { 1, 2 }, nil end
print(#p)
for k, v in pairs(p) do print(k, v) end
p = nil
collectgarbage()
collectgarbage()
print(log[1])
print(#setmetatable({ 1, 2 }, { __index = function() return 1 end }),
  #setmetatable({}, { __len = function() return nil end }) == nil,
  -setmetatable({}, { __unm = function(a, b) return rawequal(a, b) and 7 or 8 end }))
print(table.concat(setmetatable({ "a", "b", "c" }, { __len = function() return 2 end }), ","))
print(select("#", table.unpack(setmetatable({ 1, 2, 3 }, { __len = function() return 1 end }))))
local s = setmetatable({ 3, 1, 2 }, { __len = function() return 2 end })
table.sort(s)
print(s[1], s[2], s[3])
local ins = setmetatable({ 1 }, { __len = function() return 5 end })
table.insert(ins, "x")
print(ins[2], ins[6])
print(next(setmetatable({}, { __pairs = print })),
  ipairs(setmetatable({ 9 }, { __len = function() return 0 end }))({ 9 }, 0))
