-- Vectors, convex hull, polygon area, point in polygon, closest pair, segments.
local V = {}
V.__index = V
local function v(x, y) return setmetatable({ x = x, y = y }, V) end
V.__add = function(a, b) return v(a.x + b.x, a.y + b.y) end
V.__sub = function(a, b) return v(a.x - b.x, a.y - b.y) end
V.__mul = function(a, b)
  if type(a) == "number" then
    return v(a * b.x, a * b.y)
  elseif type(b) == "number" then return v(a.x * b, a.y * b) end
  return a.x * b.x + a.y * b.y
end
V.__unm = function(a) return v(-a.x, -a.y) end
V.__eq = function(a, b) return a.x == b.x and a.y == b.y end
V.__lt = function(a, b) return a.x < b.x or a.x == b.x and a.y < b.y end
V.__tostring = function(a) return ("(%g,%g)"):format(a.x, a.y) end
V.__mod = function(a, b) return a.x * b.y - a.y * b.x end
V.__len = function() return 2 end
function V:norm() return math.sqrt(self * self) end
print(tostring(v(1, 2) + v(3, 4)), tostring(v(1, 2) - v(3, 4)), tostring(2 * v(1, 2)), tostring(v(1, 2) * 3),
  v(1, 2) * v(3, 4), tostring(-v(1, 2)), v(1, 2) == v(1, 2), v(1, 2) < v(1, 3), v(1, 2) % v(3, 4), v(3, 4):norm())
local function hull(ps)
  table.sort(ps)
  local function half(from, to, step)
    local h = {}
    for i = from, to, step do
      while #h >= 2 and (h[#h] - h[#h - 1]) % (ps[i] - h[#h]) <= 0 do h[#h] = nil end
      h[#h + 1] = ps[i]
    end
    h[#h] = nil
    return h
  end
  local lo, up = half(1, #ps, 1), half(#ps, 1, -1)
  for _, p in ipairs(up) do lo[#lo + 1] = p end
  return lo
end
local function area(ps) local a = 0 for i = 1, #ps do a = a + ps[i] % ps[i % #ps + 1] end return a / 2 end
local function inside(p, ps)
  local r = false
  local j = #ps
  for i = 1, #ps do
    local a, b = ps[i], ps[j]
    if (a.y > p.y) ~= (b.y > p.y) and p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x then r = not r end
    j = i
  end
  return r
end
local seed = 5
local function rnd(n) seed = seed * 16807 % 2147483647 return seed % n end
local pts = {}
for i = 1, 40 do pts[i] = v(rnd(100), rnd(100)) end
local h = hull(pts)
for _, p in ipairs(h) do io.write(tostring(p), " ") end
print(#h, area(h))
for _, p in ipairs{ v(50, 50), v(-1, 5), v(100, 100), v(10, 90) } do print(tostring(p), inside(p, h)) end
local best, ba, bb = math.huge, nil, nil
for i = 1, #pts do
  for j = i + 1, #pts do local d = (pts[i] - pts[j]):norm() if d < best then best, ba, bb = d, pts[i], pts[j] end end
end
print(("%.6f"):format(best), tostring(ba), tostring(bb))
local function cross(a, b, c, d)
  local r, s = b - a, d - c
  local den = r % s
  if den == 0 then return nil, (c - a) % r == 0 and "collinear" or "parallel" end
  local t, u = ((c - a) % s) / den, ((c - a) % r) / den
  if t >= 0 and t <= 1 and u >= 0 and u <= 1 then return tostring(a + t * r) end
  return nil, "apart"
end
print(cross(v(0, 0), v(4, 4), v(0, 4), v(4, 0)))
print(cross(v(0, 0), v(1, 1), v(2, 2), v(3, 3)))
print(cross(v(0, 0), v(1, 0), v(0, 1), v(1, 1)))
print(cross(v(0, 0), v(1, 1), v(3, 0), v(4, -9)))
print(area{ v(0, 0), v(4, 0), v(4, 3) }, area{ v(0, 0), v(0, 2), v(2, 2), v(2, 0) })
local function rot(p, deg)
  local a = math.rad(deg)
  return v(p.x * math.cos(a) - p.y * math.sin(a), p.x * math.sin(a) + p.y * math.cos(a))
end
for d = 0, 360, 45 do local p = rot(v(1, 0), d) io.write(("%.3f,%.3f "):format(p.x + 1e-12, p.y + 1e-12)) end
print()
local ls = { axiom = "F", rules = { F = "F+F-F-F+F" } }
local s = ls.axiom
for g = 1, 3 do
  s = s:gsub(".", ls.rules)
  local x, y, dx, dy = 0, 0, 1, 0
  for c in s:gmatch(".") do
    if c == "F" then x, y = x + dx, y + dy elseif c == "+" then dx, dy = -dy, dx else dx, dy = dy, -dx end
  end
  print(g, #s, x, y)
end
