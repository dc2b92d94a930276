-- mode: 52compat
-- Mixed __lt, __le and __eq under 52COMPAT.
local m1 = { __lt = function() return "lt1" end, __le = function() return "le1" end,
  __eq = function() return "eq1" end }
local m2 = { __lt = function() return "lt2" end, __eq = function() return "eq2" end }
local a, b, c, d = setmetatable({}, m1), setmetatable({}, m1), setmetatable({}, m2), setmetatable({}, m2)
print(a < b, a < c, c < a, a <= c, c <= a, a == c, c == a, a ~= c, a == b, c == d)
print(a < 1, 1 < a, a <= "x", "x" <= a, pcall(function() return a == 1 end))
print(pcall(function() return c <= d end))
print(pcall(function() return {} < 1 end))
print(pcall(function() return {} < {} end))
print(pcall(function() return 1 < "1" end))
print(a >= 5, 5 >= a, a > nil, nil > a)
local u = newproxy(true)
getmetatable(u).__lt = function() return true end
print(u < 1, 1 < u, u < a)
