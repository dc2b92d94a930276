-- Function environments.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local function f() return x end
x = "global"
print(f())
setfenv(f, { x = "env" })
print(f(), x)
print(getfenv(f).x, getfenv(1) == _G, getfenv() == _G, getfenv(0) == _G, getfenv(print) == _G)
local env = setmetatable({}, { __index = _G,
  __newindex = function(t, k, v) rawset(t, k, v) _G.print("def", k, v) end })
local g = setfenv(loadstring("y = 1 local z = 2 w = y + z return function() y = y + 1 return y end"), env)
local h = g()
print(h(), env.y, y, getfenv(h) == env, env.w)
print(pcall(setfenv))
print(pcall(setfenv, f))
print(pcall(setfenv, f, 1))
print(pcall(setfenv, print, {}))
print(pcall(setfenv, 5, {}))
print(pcall(setfenv, "x", {}))
print(pcall(setfenv, -1, {}))
print(pcall(setfenv, nil, {}))
print(pcall(setfenv, {}, {}))
print(pcall(setfenv, 100, {}))
print(pcall(getfenv, 100))
print(pcall(getfenv, -1))
print(pcall(getfenv, "x"))
print(pcall(getfenv, {}))
print(pcall(getfenv, nil) )
print(pcall(setfenv, 1.9, getfenv(1)))
local function sandbox()
  setfenv(1, { print = print, tostring = tostring })
  print(tostring(string), tostring(x))
  q = 5
  print(q)
end
sandbox()
print(q)
local function lvl2() setfenv(2, { print = print, r = "r2" }) end
local function caller() lvl2() print(r) end
caller()
print(r)
local e1, e2 = { v = 1 }, { v = 2 }
local function mk() return function() return v end end
local a, b = mk(), mk()
setfenv(a, e1)
setfenv(b, e2)
print(a(), b(), getfenv(mk) == _G)
setfenv(mk, e1)
print(mk()(), getfenv(mk()) == e1)
setmetatable(e1, { __index = function(_, k) return k .. "?" end })
print(setfenv(function() return undefd end, e1)())
print(pcall(setfenv(function() return undefd.x end, {})))
print(pcall(setfenv(function() undefd() end, {})))
local co = coroutine.create(function() return getfenv(0) == _G, getfenv(1) == _G end)
print(coroutine.resume(co))
local co2 = coroutine.create(function() coroutine.yield(getfenv(0).marker) return marker end)
print(pcall(debug.setfenv, co2, { marker = "m", coroutine = coroutine }))
print(coroutine.resume(co2))
print(coroutine.resume(co2))
local ld = coroutine.wrap(function() setfenv(0, { newglobal = 7 }) return loadstring("return newglobal")() end)
print(ld())
print(newglobal)
print(debug.getfenv(f).x, debug.getfenv(print) == _G, debug.getfenv({}), debug.getfenv(1), debug.getfenv("s"),
  type(debug.getfenv(newproxy())))
setfenv(f, setmetatable({}, { __index = function(t, k) return k .. k end }))
print(f())
local function ro() zz = 1 end
setfenv(ro, setmetatable({}, { __newindex = function(t, k, v) error("readonly " .. k, 2) end }))
print(pcall(ro))
local s = setfenv(function() local a = x x = 5 return a, x end, { x = 1 })
print(s())
print(s())
print(setfenv(f, _G) == f, f())
