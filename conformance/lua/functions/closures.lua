-- Upvalues: sharing, capture per iteration, closing.
local function counter(n) n = n or 0 return function() n = n + 1 return n end, function(x) n = x end, function() return n end end
local inc, set, get = counter()
print(inc(), inc(), get())
set(10)
print(inc(), get())
local inc2 = counter(100)
print(inc2(), inc(), inc2())
local fs = {}
for i = 1, 3 do
  local j = i * 10
  fs[i] = { function() i = i + 1 j = j + 1 return i, j end, function() return i, j end }
end
print(fs[1][1]())
print(fs[1][2]())
print(fs[2][2]())
fs[3][1]()
print(fs[3][2]())
local function deep()
  local a = 1
  return function()
    local b = 2
    return function() local c = 3 return function() a, b, c = a + 1, b + 1, c + 1 return a, b, c end end
  end
end
local d = deep()
print(d()()())
local e = d()
print(e()())
print(e()())
print(d()()())
local x = 1
local function getx() return x end
local function setx(v) x = v end
setx(5)
print(x, getx())
do local x = 9 print(getx(), x) end
local t = {}
for k, v in pairs{ a = 1 } do t[1] = function() return k, v end end
print(t[1]())
local w = {}
local i = 0
while i < 3 do local c = i w[#w + 1] = function() c = c + 1 return c end i = i + 1 end
print(w[1](), w[1](), w[2](), w[3]())
local function mutual()
  local even, odd
  function even(n) if n == 0 then return true end return odd(n - 1) end
  function odd(n) if n == 0 then return false end return even(n - 1) end
  return even, odd
end
local ev, od = mutual()
print(ev(10), od(10), ev(7))
local fib
fib = function(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print(fib(20))
local function curry(f, n, ...)
  local a = { ... }
  n = n or 2
  if #a >= n then return f(unpack(a)) end
  return function(x) local b = { unpack(a) } b[#b + 1] = x return curry(f, n, unpack(b)) end
end
print(curry(function(a, b, c) return a .. b .. c end, 3)(1)(2)(3))
local function arg(a) return function() a = a .. "!" return a end end
local f1, f2 = arg("x"), arg("y")
print(f1(), f1(), f2())
local function va(...) local a, b = ... return function() a = a + b return a end end
local v = va(1, 2)
print(v(), v())
local env = {}
for n = 1, 60 do env[n] = n end
local src = { "local " }
for n = 1, 60 do src[#src + 1] = "u" .. n .. (n < 60 and "," or "") end
src[#src + 1] = " = ... return function() return "
for n = 1, 60 do src[#src + 1] = "u" .. n .. (n < 60 and "+" or "") end
src[#src + 1] = " end"
print(loadstring(table.concat(src))(unpack(env))())
local a1 = {}
do local up = "first" a1.f = function() return up end up = "second" end
print(a1.f())
local function loopclose()
  local r = {}
  for i = 1, 3 do r[i] = function() return i end if i == 2 then return r end end
end
local r = loopclose()
print(r[1](), r[2](), r[3])
print((function() local z = 1 return (function() z = z + 1 return z end)() + z end)())
local co = coroutine.wrap(function()
  local s = 0
  local function add(n) s = s + n return s end
  while true do coroutine.yield(add(1), add) end
end)
local s1, add = co()
print(s1, add(10), (co()))
local function share()
  local v = 0
  return function()
    v = v + 1
    return v
  end, coroutine.wrap(function() while true do v = v * 2 coroutine.yield(v) end end)
end
local ia, da = share()
print(ia(), da(), ia(), da(), da())
local err
local ok = pcall(function() local u = 1 err = function() return u end u = 2 error() end)
print(ok, err())
print(rawequal(counter, counter), (function() return 1 end) == (function() return 1 end))
