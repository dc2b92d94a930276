-- Ray tracer: spheres above a chequered plane, shadows and reflections, with
-- vectors as objects whose arithmetic goes through metamethods.
-- Measures: metamethods, short-lived objects, float arithmetic.
-- small: 12
-- long: 1050
local n = tonumber(arg and arg[1]) or 450

local sqrt, floor, max = math.sqrt, math.floor, math.max

local Vec = {}
Vec.__index = Vec
local function vec(x, y, z) return setmetatable({ x = x, y = y, z = z }, Vec) end
function Vec.__add(a, b) return vec(a.x + b.x, a.y + b.y, a.z + b.z) end
function Vec.__sub(a, b) return vec(a.x - b.x, a.y - b.y, a.z - b.z) end
function Vec.__mul(a, k) return vec(a.x * k, a.y * k, a.z * k) end
function Vec.__unm(a) return vec(-a.x, -a.y, -a.z) end
function Vec:dot(b) return self.x * b.x + self.y * b.y + self.z * b.z end
function Vec:unit() return self * (1 / sqrt(self:dot(self))) end

local Sphere = {}
Sphere.__index = Sphere
function Sphere:hit(origin, dir)
  local oc = origin - self.center
  local b = oc:dot(dir)
  local d = b * b - oc:dot(oc) + self.radius * self.radius
  if d < 0 then return nil end
  local root = sqrt(d)
  local t = -b - root
  if t > 1e-4 then return t end
  t = -b + root
  return t > 1e-4 and t or nil
end
function Sphere:normal(p) return (p - self.center) * (1 / self.radius) end
function Sphere:color_at() return self.color end

local Plane = {}
Plane.__index = Plane
function Plane:hit(origin, dir)
  if dir.y > -1e-6 then return nil end
  local t = (self.height - origin.y) / dir.y
  return t > 1e-4 and t or nil
end
function Plane:normal() return vec(0, 1, 0) end
function Plane:color_at(p)
  local even = (floor(p.x) + floor(p.z)) % 2 == 0
  return even and self.light or self.dark
end

local function sphere(x, y, z, r, color, mirror)
  return setmetatable({ center = vec(x, y, z), radius = r, color = color, mirror = mirror }, Sphere)
end

local scene = {
  sphere(0, 1, 4, 1, vec(0.9, 0.2, 0.2), 0.3),
  sphere(-1.7, 0.7, 3, 0.7, vec(0.2, 0.9, 0.3), 0.1),
  sphere(1.6, 0.6, 3.2, 0.6, vec(0.2, 0.4, 1.0), 0.4),
  sphere(0.4, 0.3, 2.2, 0.3, vec(0.9, 0.9, 0.9), 0.6),
  setmetatable({ height = 0, light = vec(0.9, 0.9, 0.8), dark = vec(0.2, 0.2, 0.25), mirror = 0.15 }, Plane),
}
local light = vec(4, 6, -2)
local SKY = vec(0.4, 0.6, 0.9)

local function nearest(origin, dir)
  local best, thing
  for i = 1, #scene do
    local t = scene[i]:hit(origin, dir)
    if t and (not best or t < best) then best, thing = t, scene[i] end
  end
  return best, thing
end

local function trace(origin, dir, depth)
  local t, thing = nearest(origin, dir)
  if not t then return SKY * (0.6 + 0.4 * max(0, dir.y)) end
  local p = origin + dir * t
  local normal = thing:normal(p)
  local to_light = (light - p):unit()
  local shade = 0.15
  if not nearest(p, to_light) then shade = shade + 0.85 * max(0, normal:dot(to_light)) end
  local color = thing:color_at(p) * shade
  if depth > 0 and thing.mirror > 0 then
    local reflected = dir - normal * (2 * dir:dot(normal))
    color = color * (1 - thing.mirror) + trace(p, reflected, depth - 1) * thing.mirror
  end
  return color
end

local eye = vec(0, 1.2, -2)
local r, g, b = 0, 0, 0
for y = 0, n - 1 do
  for x = 0, n - 1 do
    local dir = vec((x + 0.5) / n * 2 - 1, 1 - (y + 0.5) / n * 2, 2):unit()
    local c = trace(eye, dir, 3)
    r, g, b = r + c.x, g + c.y, b + c.z
  end
end
local pixels = n * n
print(string.format("%.6f %.6f %.6f", r / pixels, g / pixels, b / pixels))
