-- Upvalues, globals, varargs and debug functions across coroutines.
local shared = 0
local cos = {}
for i = 1, 3 do
  cos[i] = coroutine.create(function() for _ = 1, 3 do shared = shared + i coroutine.yield(shared) end end)
end
for r = 1, 4 do for i = 1, 3 do local _, v = coroutine.resume(cos[i]) io.write(tostring(v), " ") end end
print(shared)
local co = coroutine.create(function(a, ...)
  local b, c = 1, "two"
  do local inner = true coroutine.yield() end
  coroutine.yield(select("#", ...))
end)
coroutine.resume(co, "A", "v1", "v2")
for i = 1, 5 do print(debug.getlocal(co, 1, i)) end
print(debug.getlocal(co, 1, -1))
print(debug.getlocal(co, 1, -2))
print(debug.getlocal(co, 1, -3))
print(debug.setlocal(co, 1, 2, "changed"), debug.getlocal(co, 1, 2))
local i = debug.getinfo(co, 1, "Slnu")
print(i.short_src, i.currentline, i.what, i.nups, i.nparams, i.isvararg, i.linedefined)
print(debug.getinfo(co, 2), debug.getinfo(co, 0, "n").name, debug.getinfo(co, 0, "S").what)
print(pcall(debug.getlocal, co, 5, 1))
print(debug.traceback(co))
print(coroutine.resume(co))
print(coroutine.resume(co))
print(debug.getinfo(co, 0), debug.traceback(co))
local fresh = coroutine.create(function(a) end)
print(debug.getinfo(fresh, 0), debug.getinfo(fresh, 1), debug.traceback(fresh), pcall(debug.getlocal, fresh, 1, 1))
local up
do
  local v = 1
  local c = coroutine.wrap(function()
    up = function() v = v + 1 return v end
    coroutine.yield(v)
    coroutine.yield(v)
  end)
  print(c(), up(), up(), c())
end
print(up())
local gen = coroutine.wrap(function(...) for i, v in ipairs{ ... } do coroutine.yield(i, v) end end)
print(gen("a", "b"))
print(gen())
print(gen())
local ce = coroutine.create(function() return _G == getfenv(0), x end)
print(coroutine.resume(ce))
local many = {}
for n = 1, 100 do many[n] = n end
print(select("#", coroutine.wrap(function(...) return coroutine.yield(...) end)(unpack(many))))
local cw = coroutine.wrap(function() local r = { coroutine.yield() } return #r, r[200] end)
cw()
local args = {}
for n = 1, 200 do args[n] = n end
print(cw(unpack(args)))
print(type(debug.getregistry()), coroutine.wrap(function()
  return debug.getinfo(1, "f").func ~= nil, debug.getinfo(2)
end)())
