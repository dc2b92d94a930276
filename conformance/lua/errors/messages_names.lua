-- Runtime errors name the variable: local, upvalue, global, field, method, constant.
local up, upt = nil, {}
local cases = { "local a a.b = 1", "local a return a.b", "local a a()", "local a a:m()", "local a return a + 1",
  "local a return 1 + a", "local a return -a", "local a return #a", "local a return a .. 'x'",
  "local a return 'x' .. a", "local a = {} return a < 1", "local a = {} return a < {}", "local a = 'x' return a < 1",
  "g.b = 1", "return g.b", "g()", "g:m()", "return g + 1", "return 2 * g", "return -g", "return #g",
  "return g .. 'x'", "return 'x' .. g", "return g < 1", "t.x.y = 1", "return t.x.y", "t.x()", "t.x:m()",
  "return t.x + 1", "return 1 - t.x", "return -t.x", "return #t.x", "return t.x .. 'a'", "return 'a' .. t.x", "t:x()",
  "t:x(1, 2)", "t[1].y = 1", "return t[1].y", "t[1]()", "return t[1] + 1", "return #t[1]", "return t[1] .. ''",
  "local k = 'key' return t[k].y", "local k = 'key' t[k]()", "local k = 'key' return t[k] + 1",
  "local k = 1 return t[k].z", "return t['x y'].z", "t['x y']()", "t.x.y.z = 1", "return t.x.y.z", "s.x.y = 1",
  "s:nope()", "s.x()", "return s + 1", "return s.x + 1", "('lit')()", "('lit').x()", "('lit'):x()",
  "return ('lit') + 1", "return -'lit'", "return #5", "(5)()", "(5).x = 1", "return (5).x", "(nil)()", "(nil).x = 1",
  "return (nil).x", "return nil + 1", "return {} + 1", "return {} .. 'x'", "return -{}", "return print + 1",
  "return true + 1", "({})()", "({}).x.y = 1", "(function() end)().x = 1", "return f().x", "f()()", "f():m()",
  "return f() + 1", "return (f()) .. 'x'", "return #f()", "t.f().x = 1", "t.f()()", "local a, b = 1, {} return a + b",
  "local a, b = {}, 1 return a + b", "local a, b = {}, nil return a + b", "local a, b = 'x', nil return a .. b",
  "local a, b = nil, {} return a .. b", "local a, b return a < b", "local a, b = 1, 'x' return a < b",
  "local a, b = {}, {} return a <= b", "local a = nil for i = 1, a do end", "for i = a, 1 do end",
  "for i in a do end", "local a for k in pairs(a) do end", "return a.b.c.d", "local a = { b = {} } return a.b.c.d",
  "a[nil] = 1", "local a = {} a[nil] = 1", "local a = {} a[0/0] = 1", "return math.nope()", "math.nope()",
  "string.x.y = 1", "x = y.z", "x.y.z = w", "local a = 5 a.x = 1", "local a = true return a.x",
  "local a = print return a.x", "local a = 1 a()", "local a = 's' a()", "local a = true a()" }
for _, c in ipairs(cases) do
  local f = assert(loadstring(c, "=e"))
  print(c, select(2, pcall(setfenv(f,
    setmetatable({ t = { f = function() end }, s = "str", f = function() end },
    { __index = { pairs = pairs, math = math, string = string, print = print } })))))
end
print(pcall(function() up.x = 1 end))
print(pcall(function() return up.x end))
print(pcall(function() up() end))
print(pcall(function() up:m() end))
print(pcall(function() return up + 1 end))
print(pcall(function() return 1 .. up end))
print(pcall(function() return #up end))
print(pcall(function() return -up end))
print(pcall(function() return up < 1 end))
print(pcall(function() upt.x.y = 1 end))
print(pcall(function() upt.x() end))
print(pcall(function() upt:x() end))
print(pcall(function() return upt + 1 end))
print(pcall(function() upt() end))
print(pcall(function() return upt[up].x end))
print(pcall(function() upt[up] = 1 end))
