-- Arithmetic events: operands, order, results, missing handlers.
local function name(v) return type(v) == "table" and (rawget(v, "n") or "{}") or tostring(v) end
local mt = {}
for _, ev in ipairs{ "add", "sub", "mul", "div", "mod", "pow", "concat" } do
  mt["__" .. ev] = function(a, b) return ev .. "(" .. name(a) .. "," .. name(b) .. ")" end
end
mt.__unm = function(a, b) return "unm(" .. name(a) .. "," .. name(b) .. ")" end
mt.__len = function(a, b) return "len(" .. name(a) .. ")" end
local A, B = setmetatable({ n = "A" }, mt), setmetatable({ n = "B" }, mt) local plain = { n = "plain" }
print(A + B, A - B, A * B, A / B, A % B, A ^ B, A .. B)
print(A + 1, A - 1, A * 1, A / 1, A % 1, A ^ 1, A .. 1)
print(1 + A, 1 - A, 1 * A, 1 / A, 1 % A, 1 ^ A, 1 .. A)
print(pcall(function() return "s" + A end))
print(pcall(function() return A + "s" end))
print(pcall(function() return "2" * A end))
print(A .. "s", "s" .. A, A + nil, nil + A, A .. true, A + plain, plain + A)
print(-A, #A)
print(A + B + 1, 1 + A * 2, A .. "x" .. "y", "x" .. A .. "y", "x" .. "y" .. A, 1 .. 2 .. A, A .. 1 .. 2, A .. B .. A)
local x = 5
print(A + x, x + A, A - x, x - A, A / x, x % A, x ^ A, x .. A)
local other = setmetatable({ n = "O" },
  { __add = function(a, b) return "other" end, __concat = function() return "ocat" end })
print(A + other, other + A, A .. other, other .. A, pcall(function() return other - A end))
print(pcall(function() return other - 1 end))
print(pcall(function() return plain + plain end))
print(pcall(function() return plain + 1 end))
print(pcall(function() return 1 + plain end))
print(pcall(function() return plain .. "x" end))
print(pcall(function() return -plain end))
print(pcall(function() return plain ^ 2 end))
print(pcall(function() return {} % 2 end))
print(pcall(function() return setmetatable({}, { __add = 5 }) + 1 end))
print(pcall(function() return setmetatable({}, { __add = {} }) + 1 end))
print(pcall(function() return 1 + setmetatable({}, { __add = "s" }) end))
print(pcall(function() return setmetatable({}, { __unm = true }) and -setmetatable({}, { __unm = true }) end))
print(setmetatable({}, { __add = setmetatable({}, { __call = function(self, a, b) return "called", b end }) }) + 7)
print((setmetatable({}, { __add = function() return 1, 2, 3 end }) + 1))
print(select("#", setmetatable({}, { __add = function() return end }) + 1),
  (setmetatable({}, { __add = function() end }) + 1))
print(pcall(function() return setmetatable({}, { __add = function() error("in add") end }) + 1 end))
print(pcall(function() return setmetatable({}, { __mul = function() error("lvl2", 2) end }) * 1 end))
local V = {}
V.__index = V
V.__add = function(a, b) return setmetatable({ x = a.x + b.x }, V) end
V.__eq = function(a, b) return a.x == b.x end
V.__mul = function(a, b)
  if type(a) == "number" then
    return setmetatable({ x = a * b.x }, V)
  elseif type(b) == "number" then
    return setmetatable({ x = a.x * b }, V)
  else return a.x * b.x end
end
V.__unm = function(a) return setmetatable({ x = -a.x }, V) end
V.__tostring = function(a) return "V" .. a.x end
local function v(n) return setmetatable({ x = n }, V) end
print(tostring(v(1) + v(2)), tostring(2 * v(3)), tostring(v(3) * 4), v(3) * v(5), tostring(-v(1)),
  v(1) + v(1) == v(2), tostring(-(v(1) + v(2) * 3)))
debug.setmetatable("", { __index = string, __add = function(a, b) return "sadd:" .. a .. "," .. b end,
  __unm = function(a) return "sunm:" .. a end })
print("a" + "b", "1" + "2", "a" + 1, 1 + "a", -"a", -"2")
debug.setmetatable("", { __index = string })
debug.setmetatable(nil, { __add = function(a, b) return "niladd" end,
  __concat = function(a, b) return "nilcat", a, b end, __unm = function() return "nilunm" end })
print(nil + 1, 1 + nil, nil .. "a", "a" .. nil, -nil)
debug.setmetatable(nil, nil)
debug.setmetatable(print, { __mul = function(f, g) return function(...) return f(g(...)) end end })
print((math.sqrt * math.abs)(-16))
debug.setmetatable(print, nil)
debug.setmetatable(true, { __add = function(a, b) return a or b end })
print(true + false, false + false, pcall(function() return true + nil end))
debug.setmetatable(true, nil)
debug.setmetatable(1, { __concat = function(a, b) return "numcat" end, __add = function() return "numadd" end })
print(1 .. 2, 1 + 2, pcall(function() return 1 + {} end))
debug.setmetatable(1, nil)
