-- A class library with inheritance, mixins, super calls, properties and metamethods.
local function class(name, base)
  local c = { __name = name }
  c.__index = c
  for k, v in pairs(base or {}) do
    if type(k) == "string" and k:sub(1, 2) == "__" and k ~= "__index" and k ~= "__name" then c[k] = v end
  end
  c.super = base
  return setmetatable(c, { __index = base,
    __call = function(cls, ...)
    local o = setmetatable({}, cls)
    if cls.init then cls.init(o, ...) end
    return o
  end, __tostring = function() return "class " .. name end })
end
local function isa(o, c) local m = getmetatable(o) while m do if m == c then return true end m = m.super end return false end
local Shape = class("Shape")
function Shape:init(n) self.n = n end
function Shape:area() return 0 end
Shape.__tostring = function(s) return ("%s(%s, area %.2f)"):format(getmetatable(s).__name, s.n, s:area()) end
Shape.__lt = function(a, b) return a:area() < b:area() end
Shape.__le = function(a, b) return a:area() <= b:area() end
Shape.__eq = function(a, b) return a:area() == b:area() end
Shape.__concat = function(a, b) return tostring(a) .. "|" .. tostring(b) end
Shape.__add = function(a, b) return a:area() + b:area() end
local Rect = class("Rect", Shape)
function Rect:init(w, h) Rect.super.init(self, w .. "x" .. h) self.w, self.h = w, h end
function Rect:area() return self.w * self.h end
local Square = class("Square", Rect)
function Square:init(s) Square.super.init(self, s, s) end
function Square:scale(k) self.w, self.h = self.w * k, self.h * k return self end
local Circle = class("Circle", Shape)
function Circle:init(r) Shape.init(self, "r" .. r) self.r = r end
function Circle:area() return math.pi * self.r ^ 2 end
local shapes = { Rect(2, 3), Square(2), Circle(1), Shape("none"), Square(3):scale(0.5) }
for _, s in ipairs(shapes) do print(s, isa(s, Shape), isa(s, Rect), isa(s, Square), isa(s, Circle)) end
table.sort(shapes)
for _, s in ipairs(shapes) do io.write(tostring(s), "; ") end
print()
print(Rect(1, 4) == Square(2), Rect(1, 4) < Square(3), Rect(1, 1) <= Square(1), shapes[1] .. shapes[2],
  shapes[2] + shapes[3], tostring(Square), shapes[1] .. "x")
print(pcall(function() return shapes[1] - shapes[2] end))
print(pcall(function() return shapes[1]:nomethod() end))
local Account = class("Account")
local private = setmetatable({}, { __mode = "k" })
function Account:init(b) private[self] = { balance = b or 0, log = {} } end
for _, op in ipairs{ "deposit", "withdraw" } do
  Account[op] = function(self, n)
    local p = private[self]
    if type(n) ~= "number" or n <= 0 then error("bad amount: " .. tostring(n), 2) end
    if op == "withdraw" and n > p.balance then error("insufficient funds", 2) end
    p.balance = p.balance + (op == "deposit" and n or -n)
    p.log[#p.log + 1] = op:sub(1, 1) .. n
    return self
  end
end
function Account:balance() return private[self].balance end
function Account:history() return table.concat(private[self].log, " ") end
local a = Account(100)
print(a:deposit(50):withdraw(30):balance(), a:history())
print(pcall(a.withdraw, a, 1000))
print(pcall(function() a:deposit(-5) end))
print(pcall(function() a:deposit("x") end))
print(a.balance == Account.balance, rawget(a, "balance"))
local function property(c, n, get, set)
  c.__props = c.__props or {}
  c.__props[n] = { get = get, set = set }
  c.__index = function(o, k) local p = c.__props[k] if p then return p.get(o) end return c[k] end
  c.__newindex = function(o, k, v)
    local p = c.__props[k]
    if p then
      if not p.set then error("property '" .. k .. "' is read-only", 2) end
      p.set(o, v)
    else rawset(o, k, v) end
  end
end
local Temp = class("Temp")
property(Temp, "celsius", function(o) return o._c end, function(o, v) o._c = v end)
property(Temp, "fahrenheit", function(o) return o._c * 9 / 5 + 32 end, function(o, v) o._c = (v - 32) * 5 / 9 end)
property(Temp, "kelvin", function(o) return o._c + 273.15 end)
local t = Temp()
t.celsius = 25
print(t.fahrenheit, t.kelvin)
t.fahrenheit = 212
print(t.celsius)
print(pcall(function() t.kelvin = 0 end))
local Events = { on = function(self, e, f)
  self.handlers = self.handlers or {}
  self.handlers[e] = self.handlers[e] or {}
  table.insert(self.handlers[e], f)
  return self
end, emit = function(self, e, ...)
  for _, f in ipairs((self.handlers or {})[e] or {}) do f(self, ...) end
  return self
end }
local Button = class("Button")
for k, v in pairs(Events) do Button[k] = v end
local b = Button()
b:on("click", function(_, x, y) print("clicked", x, y) end):on("click", function() print("second") end):emit("click",
  3, 4):emit("none")
