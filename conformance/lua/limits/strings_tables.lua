-- Big strings and tables, overflow errors.
print(#("x"):rep(2^24), #("ab"):rep(2^20, "c"))
print(pcall(string.rep, "x", -2^40))
print(pcall(string.rep, "", 2^30))
local t = {}
t[2^26] = 1
print(#t, t[2^26])
print(pcall(require("table.new"), 2^28, 0) == false)
print(pcall(table.concat, setmetatable({}, { __index = function(_, i) return "x" end }), "", 1, 100))
print(pcall(table.concat, {}, "", 1, 2^31))
print(pcall(unpack, {}, 1, 2^31 - 1))
print(pcall(unpack, {}, 1, 1e6 * 8))
print(pcall(string.char, unpack({}, 1, 100)))
print((pcall(string.byte, ("x"):rep(1e6), 1, -1)))
print(select("#", ("x"):rep(7000):byte(1, -1)))
local s = {}
for i = 1, 250 do s[i] = "%s" end
print(#table.concat(s):format(unpack(s)))
print(pcall(function() local s = "x" for i = 1, 22 do s = s .. s end return #s end))
print(pcall(string.format, "%99.99f", 1e300) == true, #string.format("%99.99f", 1e300))
print(#tostring(2^1023), #("%f"):format(2^1023), #("%.99f"):format(-2^1023))
local n = 0
local ok, e = pcall(function() local function r() n = n + 1 return r() + 1 end return r() end)
print(ok, n > 5000, (e:gsub("^.*:%d+: ", "")))
print(pcall(string.gsub, ("x"):rep(100), "(x)", ("%1"):rep(100)) == true)
print(#("x"):rep(1000):gsub("x", ("y"):rep(1000)))
