-- Classes by metatables: inheritance three levels deep, overriding, super calls.
-- Measures: method lookup through __index chains, self field access.
-- small: 100
-- long: 13000000
local n = tonumber(arg and arg[1]) or 4000000

local function class(parent)
  local c = {}
  c.__index = c
  if parent then setmetatable(c, { __index = parent }) end
  c.new = function(...)
    local self = setmetatable({}, c)
    self:init(...)
    return self
  end
  return c
end

local Shape = class()
function Shape:init(name) self.name, self.moves = name, 0 end
function Shape:move() self.moves = self.moves + 1 return self end
function Shape:area() return 0 end
function Shape:describe() return self:area() + self.moves end

local Rect = class(Shape)
function Rect:init(w, h)
  Shape.init(self, "rect")
  self.w, self.h = w, h
end
function Rect:area() return self.w * self.h end

local Square = class(Rect)
function Square:init(w)
  Rect.init(self, w, w)
  self.name = "square"
end
function Square:grow(by)
  self.w = self.w + by
  self.h = self.h + by
  return self
end

local Toggle = class()
function Toggle:init(state) self.state = state end
function Toggle:value() return self.state end
function Toggle:activate() self.state = not self.state return self end

local Nth = class(Toggle)
function Nth:init(state, max)
  Toggle.init(self, state)
  self.max, self.count = max, 0
end
function Nth:activate()
  self.count = self.count + 1
  if self.count >= self.max then
    Toggle.activate(self)
    self.count = 0
  end
  return self
end

local shapes = { Rect.new(2, 3), Square.new(4), Shape.new("blob"), Square.new(1) }
local toggle, nth = Toggle.new(true), Nth.new(true, 3)
local sum, on = 0, 0
for i = 1, n do
  local shape = shapes[i % 4 + 1]
  shape:move()
  sum = (sum + shape:describe()) % 1000000007
  if toggle:activate():value() then on = on + 1 end
  if nth:activate():value() then on = on + 2 end
  if i % 1000 == 0 then
    shapes[2]:grow(1)
    shapes[4] = Square.new(i % 17)
  end
end
print(string.format("%d %d %s", sum, on, shapes[2].name))
