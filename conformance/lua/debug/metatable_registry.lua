-- debug.getmetatable, setmetatable, getregistry, getfenv, traceback arguments.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
print(type(debug.getregistry()), debug.getmetatable("").__index == string, debug.getmetatable(1),
  debug.getmetatable(nil), debug.getmetatable(true), debug.getmetatable(print), pcall(debug.getmetatable))
local mt = { __index = function() return "idx" end }
for _, v in ipairs{ 1, true, print } do
  print(debug.setmetatable(v, mt) == v, v.x, debug.getmetatable(v) == mt)
  debug.setmetatable(v, nil)
end
print(debug.setmetatable(nil, mt), (nil).x)
debug.setmetatable(nil, nil)
print(pcall(debug.setmetatable, {}, 5))
print(pcall(debug.setmetatable, {}))
print(pcall(debug.setmetatable))
local t = {}
print(debug.setmetatable(t, { __metatable = "locked", __index = { a = 1 } }))
print(getmetatable(t), debug.getmetatable(t).__metatable, t.a, pcall(setmetatable, t, {}))
print(debug.setmetatable(t, nil) == t, getmetatable(t))
print(debug.getfenv(print) == _G, debug.getfenv(function() end) == _G, debug.getfenv(5), debug.getfenv("x"),
  pcall(debug.getfenv))
local env = {}
local f = function() return x end
print(debug.setfenv(f, env), getfenv(f) == env, f())
env.x = 5
print(f())
print(pcall(debug.setfenv, 5, {}))
print(pcall(debug.setfenv, f, 5))
print(pcall(debug.setfenv, f))
local p = newproxy()
print(pcall(debug.setfenv, p, env))
print(debug.getfenv(p) == env)
print(pcall(debug.setfenv, print, env), pcall(debug.setfenv, {}, env))
