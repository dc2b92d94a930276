-- #, table.getn, table.maxn, setn; growth and shrinking.
print(#{}, #{ 1 }, #{ 1, 2, 3 }, #{ n = 5 }, #{ nil }, table.getn{ 1, 2 }, table.getn{}, table.maxn{ 1, 2, 3 },
  table.maxn{ [5] = 1, [2.5] = 2 }, table.maxn{}, table.maxn{ [-1] = 1 }, table.maxn{ [1e10] = 1 },
  table.maxn{ 1, nil, 3 }, table.maxn{ x = 1, [1.5] = 1 })
local t = {}
for i = 1, 100 do t[i] = i assert(#t == i) end
for i = 100, 1, -1 do t[i] = nil assert(#t == i - 1) end
print(#t)
for i = 1, 20 do t[i] = i end
t[21] = nil
t[20] = nil
print(#t)
local h = {}
h[1] = 1
h[2] = 2
h[4] = 4
print(#h == 2 or #h == 4)
h[3] = 3
print(#h)
local r = {}
for i = 10, 1, -1 do r[i] = i end
print(#r)
local z = { [1] = "a", [2] = "b", [3] = "c" }
print(#z)
z[4] = "d"
print(#z)
local f = { [0] = "zero", "one" }
print(#f)
print(table.setn, pcall(function() return table.setn({}, 1) end))
for _, c in ipairs{ "table.getn()", "table.getn(1)", "table.maxn()", "table.maxn('x')", "table.getn({1,2,nil})",
  "table.maxn({1,2,nil,4,nil})", "#'abc'", "table.setn" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
local names = {}
for k in pairs(table) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
for n = 0, 70, 7 do local x = {} for i = 1, n do x[#x + 1] = "v" end print(n, #x, x[n], x[n + 1]) end
local s = setmetatable({ 1, 2 }, { __len = function() return 10 end })
print(#s, table.getn(s), table.maxn(s))
