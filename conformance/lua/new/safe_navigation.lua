-- ?. on fields, indices, calls and methods.
local t = { a = { b = { c = 5 } }, f = function(x, y) return x, y, "called" end,
  m = function(self, x) return self ~= nil, x end, [1] = "one", z = false }
local n
local function print(...)
  local r = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    r[i] = (type(v) == "table" or type(v) == "function") and type(v) or tostring(v)
  end
  _G.print(table.concat(r, "\t"))
end
print(t?.a, n?.a, t?.a?.b?.c, t?.x?.y, n?.x, t?.a.b, t?.z) print(t?.[1], n?.[1], t?.["a"]?.["b"], n?.[error("not evaluated")])
print(t.f?.(1, 2))
print(t.g?.(1, 2))
print(n?.())
print(n?.(error("not evaluated")))
print(t?.:m(7))
print(n?.:m(7))
print(n?.:m(error("no")))
print(t?.f(1, 2))
print(pcall(function() return n?.a.b end))
print(pcall(function() return n?.a() end))
print(pcall(function() return t?.x.y end))
print(pcall(function() return t?.x() end))
print(pcall(function() return t?.:nomethod() end))
print(pcall(function() return t.z?.q end))
print(pcall(function() return (5)?.q end))
print(pcall(function() return ("s")?.len end) , ("abc")?.:len(), ("abc")?.len)
print((n?.x) ?? "default", t?.nope ?? "default", t?.z ?? "default", #(t?.a and "yes" or "")) 
local calls = 0 local function get() calls += 1 return t end print(get()?.a?.b?.c, calls)
local mt = setmetatable({}, { __index = function(_, k) return k .. "?" end,
  __call = function(self, ...) return "call", ... end })
print(mt?.foo, mt?.(1, 2), mt?.[3])
