-- The planets again, with vectors as objects whose arithmetic makes new ones.
-- Measures: metamethods, short-lived objects that are kept from one step to the next.
-- small: 40
local n = tonumber(arg and arg[1]) or 1200000
local V = {} V.__index = V
local function vec(x, y, z) return setmetatable({ x = x, y = y, z = z }, V) end
V.__add = function(a, b) return vec(a.x + b.x, a.y + b.y, a.z + b.z) end
V.__sub = function(a, b) return vec(a.x - b.x, a.y - b.y, a.z - b.z) end
V.__mul = function(a, k) return vec(a.x * k, a.y * k, a.z * k) end
function V:dot(b) return self.x * b.x + self.y * b.y + self.z * b.z end
local bodies = {
  { p = vec(0, 0, 0), v = vec(0, 0, 0), m = 39.47 },
  { p = vec(4.84, -1.16, -0.1), v = vec(0.6, 2.81, -0.02), m = 0.0377 },
  { p = vec(8.34, 4.12, -0.4), v = vec(-1.01, 1.82, 0.008), m = 0.0113 },
  { p = vec(12.89, -15.11, -0.22), v = vec(1.08, 0.868, -0.01), m = 0.0017 },
  { p = vec(15.38, -25.9, 0.18), v = vec(0.979, 0.594, -0.034), m = 0.002 },
}
local function advance(dt)
  for i = 1, #bodies do
    local a = bodies[i]
    for j = i + 1, #bodies do
      local b = bodies[j]
      local d = a.p - b.p
      local dist = math.sqrt(d:dot(d))
      local mag = dt / (dist * dist * dist)
      a.v = a.v - d * (b.m * mag)
      b.v = b.v + d * (a.m * mag)
    end
  end
  for _, b in ipairs(bodies) do b.p = b.p + b.v * dt end
end
for _ = 1, n / 4 do advance(0.001) end
local e = 0
for i, b in ipairs(bodies) do e = e + 0.5 * b.m * b.v:dot(b.v) end
print(string.format("%.9f", e))
