-- Methods, self, inheritance chains, dynamic names.
local A = {}
A.__index = A
function A.new(n) return setmetatable({ n = n }, A) end
function A:get() return self.n end
function A:add(k) self.n = self.n + k return self end
function A.static(x) return "static", x end
local B = setmetatable({}, { __index = A })
B.__index = B
function B.new(n) local o = A.new(n) return setmetatable(o, B) end
function B:get() return "B" .. A.get(self) end
local C = setmetatable({}, { __index = B })
C.__index = C
function C.new(n) return setmetatable(B.new(n), C) end
function C:extra(...) return select("#", ...), self:get(), ... end
local a, b, c = A.new(1), B.new(2), C.new(3)
print(a:get(), b:get(), c:get())
print(a:add(5):add(6):get(), b:add(1):get(), c:add(2).n)
print(c:extra())
print(c:extra(1, nil))
print(a.static(1))
print(pcall(a.get))
print(pcall(a.nomethod))
print(pcall(function() a:nomethod() end))
print(pcall(function() a.n:foo() end))
print(pcall(function() local z z:foo() end))
print(pcall(function() a.b.c:foo() end))
print(pcall(function() undefd:foo() end))
print(pcall(function() ("x"):nomethod() end))
print(pcall(function() (5):x() end))
print(("abc"):upper(), ("%d"):format(5), ("x"):rep(3), #("abc"):rep(2), ("a,b"):find(",", 1, true),
  ("abc"):sub(2):upper():lower())
local s = "str"
print(s:len(), s:byte(1), s.len == string.len, s.nofield, pcall(function() s.x = 1 end))
local t = { f = { g = { h = function(self, x) return self.v, x end, v = 9 } } }
print(t.f.g:h(1))
print(t.f.g.h(t.f.g, 2))
function t.f.g:k(x, ...) return self == t.f.g, x, ... end
print(t.f.g:k(1, 2, 3))
function t.f.m(x) return x end
print(t.f.m(4))
local name = "get"
print(a[name](a), c[name](c))
function t:a_very_long_method_name_to_be_interned_as_a_string_constant() return "long" end
print(t:a_very_long_method_name_to_be_interned_as_a_string_constant())
print(rawget(c, "get"), rawget(C, "get"), rawget(B, "get") == B.get)
