-- Compound assignment on locals, upvalues, globals, fields, elements.
local a = 10
a += 5
print(a)
a -= 3
print(a)
a *= 2
print(a)
a /= 4
print(a)
a %= 4
print(a)
a = 6
a &= 3
print(a)
a |= 9
print(a)
print(a)
local b = 1 b <<= 4 print(b) b >>= 2 print(b) b = -16 b ~>>= 2 print(b) local s = "x" s ..= "y" s ..= 1 .. 2 print(s)
g = 1 g += 1 print(g) g ..= "z" print(g)
local t = { x = 1, [1] = 5, n = { m = { 3 } } } t.x += 2 t[1] *= 3 t.n.m[1] -= 10 t["x"] /= 3 print(t.x, t[1], t.n.m[1])
local up = 0 local function inc(n) up += n or 1 return up end print(inc(), inc(), inc(10))
local calls = 0 local function idx() calls += 1 return t end idx().x += 100 print(t.x, calls) idx()[#"a"] += 1 print(t[1], calls)
local k = 1
local arr = { 10, 20, 30 }
arr[k] += arr[k + 1]
print(arr[1])
local function nextk() k += 1 return k end
arr[nextk()] += 1
print(arr[2], k)
local p = 2
p *= 3 + 4
print(p)
p -= 1 - 2
print(p)
p = 10
p /= 2 + 3
print(p)
p = 1
p += p + p
print(p)
p = 7
p %= 2 + 2
print(p)
p = 5
p <<= 1 + 1
print(p)
local mt = setmetatable({}, { __add = function(x, y) return "added " .. y end,
  __concat = function(x, y) return "cat " .. y end, __index = function(_, k) return k .. "!" end,
  __newindex = function(t, k, v) rawset(t, k, v) print("set", k, v) end })
local m = mt m += 5 print(m) m = mt m ..= "q" print(m) mt.field ..= "?" mt.other ..= "x" print(rawget(mt, "field"))
print(pcall(function() local z z += 1 end))
print(pcall(function() zz += 1 end))
print(pcall(function() t.zz += 1 end))
print(pcall(function() local z = {} z += 1 end))
print(pcall(function() t.q.w += 1 end))
print(pcall(function() local z = "a" z -= 1 end))
print(pcall(function() local z = "a" z &= 1 end))
print(pcall(function() local z z ..= "x" end))
print(pcall(function() t[nil] += 1 end))
print(pcall(function() ("x").y += 1 end))
local cases = { "x += 1", "x += 1, 2", "x, y += 1", "x, y += 1, 2", "x ^= 2", "x //= 2", "x++", "f() += 1",
  "(x) += 1", "x += ", "x +=", "local x += 1", "x.y += 1", "x:y() += 1", "x:y += 1", "'s' += 1", "5 += 1",
  "x += 1 += 2", "x = y += 1", "x + = 1", "x . y += 1", "x[1] += 1", "x[] += 1", "x += = 1", "x &&= 1", "x ||= 1",
  "x and= 1", "x ?= 1", "x ??= 1", "x !== 1", "x ~= 1", "x == 1", "x <<= 1", "x ~>>= 1", "x >>>= 1", "x ..= 1",
  "x...= 1", "x%=2", "x -=1 y -=2", "x|=1", "for i += 1, 2 do end", "return x += 1", "x += function() end",
  "x += y -> y", "x += ...", "x += f()", "x?.y += 1", "x?.y = 1", "x += (1, 2)", "if x += 1 then end" }
for _, c in ipairs(cases) do local f, e = loadstring(c, "=c") print(c, e or "ok") end
