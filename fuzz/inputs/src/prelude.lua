-- Helpers that every batch of random programs starts with.
local steps = 0
function I(x) if x ~= x or x == 1/0 or x == -1/0 then return 0 end return math.floor(x) % 1024 end
function F(x) return x > -1e-99 and x < 1e-99 and 0 or x end
function C(s) return #s > 60 and s:sub(1, 60) or s end
function T() steps = steps + 1 if steps > 20000 then error("too many steps", 0) end end
function Show(v)
  if type(v) == "string" then return ("%q"):format(v) end
  if type(v) == "table" then return "{" .. #v .. "}" end
  return tostring(v)
end
function Q(...)
  local r = {}
  for i = 1, select("#", ...) do r[i] = Show((select(i, ...))) end
  print(select("#", ...), table.concat(r, " "))
end
function P(name, source)
  steps = 0
  print("== " .. name)
  local f, message = loadstring(source, "=" .. name)
  if not f then print("-- syntax " .. message) return end
  setfenv(f, setmetatable({}, { __index = _G }))
  local ok, message = pcall(f)
  print(ok and "-- ok" or "-- error " .. Show(message))
end
-- The same three times over, for compilers of hot code.
function H(name, source)
  print("== " .. name)
  local f, message = loadstring(source, "=" .. name)
  if not f then print("-- syntax " .. message) return end
  setfenv(f, setmetatable({}, { __index = _G }))
  for pass = 1, 3 do
    steps = 10000
    local ok, message = pcall(f)
    print(ok and "-- ok" or "-- error " .. Show(message))
  end
end
-- Only compiles, and prints the message.
function L(name, source)
  print("== " .. name)
  local f, message = loadstring(source, "=" .. name)
  print(f and "-- ok" or "-- syntax " .. Show(message))
end
