-- jit.util.funcinfo and friends: stable parts.
local u = require("jit.util")
local names = {}
for k in pairs(u) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
local function f(a, b, ...) local c = a return function() return c end end
local i = u.funcinfo(f)
print(i.linedefined, i.lastlinedefined, i.params, i.isvararg, i.children, i.source, i.upvalues, i.currentline, i.loc)
i = u.funcinfo(f(1))
print(i.params, i.isvararg, i.children, i.upvalues, i.loc)
i = u.funcinfo(print)
print(i.params, i.isvararg, i.source, type(i.ffid), i.upvalues ~= nil)
print(u.funcuvname(f(1), 0), u.funcuvname(f(1), 1))
print(pcall(u.funcinfo))
print(pcall(u.funcinfo, 5))
print(pcall(u.funcbc, print, 1))
print(u.traceinfo(99999), u.traceir(99999, 1), u.tracek(99999, 1), u.tracesnap(99999, 0), u.tracemc(99999))
print(pcall(u.traceinfo))
print(u.funcinfo(f, 0) ~= nil)
