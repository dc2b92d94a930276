-- create, resume, yield, status, wrap, running, isyieldable; values in both directions.
local co = coroutine.create(function(a, b)
  print("start", a, b)
  local c = coroutine.yield(a + b)
  print("got", c)
  local d, e = coroutine.yield(c * 2, "x")
  print("got", d, e)
  return "done", d
end)
print(coroutine.status(co))
print(coroutine.resume(co, 1, 2))
print(coroutine.status(co))
print(coroutine.resume(co, 10))
print(coroutine.resume(co, "d", "e"))
print(coroutine.status(co))
print(coroutine.resume(co))
print(coroutine.resume(co, 1, 2))
local g = coroutine.wrap(function(...)
  local n = select("#", ...)
  while true do n = select("#", coroutine.yield(n)) end
end)
print(g(), g(1), g(nil, nil), g(1, 2, 3))
print(coroutine.resume(coroutine.create(function() end)))
print(coroutine.resume(coroutine.create(function(...) return ... end), 1, nil, 3))
print(coroutine.resume(coroutine.create(function() coroutine.yield() end)))
print(coroutine.running(), coroutine.isyieldable())
local self
co = coroutine.create(function()
  print(coroutine.running() == co, coroutine.status(co), coroutine.isyieldable())
  local inner = coroutine.create(function()
    print(coroutine.status(co), coroutine.running() ~= co)
    coroutine.yield(1)
  end)
  print(coroutine.resume(inner))
  print(coroutine.status(inner))
  print(coroutine.resume(co))
  return "end"
end)
print(coroutine.resume(co))
print(coroutine.status(co), coroutine.running())
local w
w = coroutine.wrap(function() print(pcall(w)) coroutine.yield("y") return "r" end)
print(w())
print(w())
print(pcall(w))
print(pcall(w))
local e = coroutine.wrap(function() error("in wrap") end)
print(pcall(e))
print(pcall(e))
local et = coroutine.wrap(function() error({ 1 }) end)
print(type(select(2, pcall(et))))
local en = coroutine.wrap(function() error() end)
print(pcall(en))
local e0 = coroutine.wrap(function() error("no position", 0) end)
print(pcall(e0))
local cases = { "coroutine.create()", "coroutine.create(1)", "coroutine.create('x')",
  "coroutine.create(print) ~= nil", "coroutine.create({})", "coroutine.wrap()", "coroutine.wrap(5)",
  "coroutine.resume()", "coroutine.resume(1)", "coroutine.resume(print)", "coroutine.status()", "coroutine.status(1)",
  "coroutine.status({})", "coroutine.yield()", "coroutine.yield(1, 2)", "coroutine.resume(coroutine.running())",
  "coroutine.running(1)", "coroutine.isyieldable(1)", "coroutine.close", "coroutine.wrap(print)(1, 2)",
  "coroutine.resume(coroutine.create(print), 'p')", "coroutine.resume(coroutine.create(error), 'e')",
  "coroutine.resume(coroutine.create(coroutine.yield), 'y')", "coroutine.wrap(string.rep)('x', 3)",
  "coroutine.wrap(string.rep)()", "coroutine.resume(coroutine.create(string.rep))",
  "coroutine.wrap(pcall)(error, 'q')",
  "coroutine.wrap(function() return coroutine.resume(coroutine.running()) end)()" }
for _, c in ipairs(cases) do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
