-- Keys of every type; number normalisation; nil values; many keys.
local f, tt, co = function() end, {}, coroutine.create(print)
local t = { [1] = "int", [1.5] = "frac", [-1] = "neg", ["1"] = "str", [true] = "true", [false] = "false",
  [f] = "func", [tt] = "tab", [co] = "co", [print] = "print", [0] = "zero", [1e300] = "huge", [1/0] = "inf",
  [-1/0] = "-inf", [""] = "empty", ["\0"] = "nul" }
print(t[1], t[1.0], t[2 - 1], t[1.5], t[-1], t["1"], t[true], t[false], t[f], t[tt], t[co], t[print], t[0], t[-0],
  t[1e300], t[1/0], t[-1/0], t[""], t["\0"], t[nil], t[0/0], t[{}], t["x"])
t[1] = nil
t[true] = nil
t[f] = nil
print(t[1], t[true], t[f], t[tt])
local n = 0
for _ in pairs(t) do n = n + 1 end
print(n)
print(pcall(function() t[nil] = 1 end))
print(pcall(function() t[0/0] = 1 end))
t[nil or "k"] = 1
print(t.k)
local u = {}
for i = 1, 2000 do u["key" .. i] = i u[i] = -i u[i + 0.5] = i * 2 end
local ok = true
for i = 1, 2000 do if u["key" .. i] ~= i or u[i] ~= -i or u[i + 0.5] ~= i * 2 then ok = false end end
print(ok, #u)
for i = 1, 2000, 2 do u["key" .. i] = nil u[i + 0.5] = nil end
local c = 0
for k, v in pairs(u) do c = c + 1 end
print(c)
local s = {}
for i = 1, 500 do s[i * 1000003] = i end
local sum = 0
for k, v in pairs(s) do sum = sum + v end
print(sum, s[1000003], s[500 * 1000003])
for i = -50, 50 do s[i] = i end
print(s[-50], s[0], s[50], #s)
s = {}
for i = 1, 300 do s[2^i] = i end
print(s[2], s[2^53], s[2^300])
local nan = {}
print(nan[0/0], rawget(nan, 0/0))
local r = {}
r[1], r[2], r[3] = 1, 2, 3
r[2] = nil
r[2] = 2
print(#r)
local keys = {}
for k in pairs({ a = 1, b = 2, c = 3 }) do keys[#keys + 1] = k end
table.sort(keys)
print(table.concat(keys))
local g = {}
g.x = {}
g.x.y = {}
g.x.y.z = 1
print(g.x.y.z, g["x"]["y"]["z"])
for i = 1, 10 do local row = {} g[i] = row for j = 1, 10 do row[j] = i * j end end
print(g[3][4], g[10][10], #g, #g[1])
