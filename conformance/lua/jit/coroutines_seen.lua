-- What debug functions, the collector and hooks see of coroutines that traces resume.
local create, resume, yield, wrap, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.wrap, coroutine.status

-- Tracebacks from within, and of one that waits.
local lines = {}
local co
local function inner(i) if i % 20 == 0 then lines[#lines + 1] = debug.traceback("in", 1) end yield(i) end
co = create(function() for i = 1, 60 do local a = i * 2; inner(a - i) end end)
for i = 1, 50 do resume(co) end
for _, text in ipairs(lines) do print((text:gsub("0x%x+", ""))) end
print((debug.traceback(co, "waits"):gsub("0x%x+", "")))

-- Locals of a coroutine that waits, read and written.
local function gen() local n = 0; while true do n = n + 1; yield(n) end end
local g = create(gen)
local got = {}
for i = 1, 60 do
  local _, v = resume(g)
  if i % 10 == 0 then
    local name, value = debug.getlocal(g, 1, 1)
    assert(name == "n" and value == v)
    debug.setlocal(g, 1, 1, v * 10)
  end
  got[#got + 1] = v
end
print(table.concat(got, " "))

-- Locals of the main thread, changed from within a coroutine.
local main = coroutine.running()
local function from_outside()
  local x, sum = 1, 0
  local co = wrap(function(level)
    while true do
      level = yield(level)
    end
  end)
  for i = 1, 40 do
    local v = co(i)
    if i == 30 then
      local set = wrap(function() for k = 1, 20 do local name = debug.getlocal(2, k); if name == "x" then debug.setlocal(2, k, 100) end end end)
      pcall(set)
    end
    sum = sum + v * x
  end
  return sum
end
print(type(from_outside()))

-- The collector: coroutines that die, wait, are dropped in the middle.
local live = setmetatable({}, { __mode = "k" })
local kept = {}
for i = 1, 200 do
  local co = create(function(t) local own = { t }; while true do own = { own[1], yield(own[1]) } end end)
  live[co] = true
  local _, v = resume(co, { i })
  for k = 1, 3 do _, v = resume(co, { k }) end
  assert(v[1] == i)
  if i % 50 == 0 then kept[#kept + 1] = co; collectgarbage("step", 10) end
end
collectgarbage() collectgarbage()
local n = 0
for _ in pairs(live) do n = n + 1 end
print(n == #kept)
for i, co in ipairs(kept) do local _, v = resume(co, 1); print(i, v[1]) end
local pieces = wrap(function() local s = {}; for i = 1, 100 do s[#s + 1] = ("piece %d"):format(i); if i % 25 == 0 then collectgarbage() end yield(s[#s]) end end)
local length = 0
for s in pieces do length = length + #s; if length % 7 == 0 then collectgarbage("step") end end
print(length)

-- A hook in the middle.
local events = 0
local h = wrap(function() for i = 1, 90 do if i == 40 then debug.sethook(function() events = events + 1 end, "l") elseif i == 45 then debug.sethook() end yield(i) end end)
local total = 0
for i in h do total = total + i end
print(total, events > 0)

-- Resuming what can't be resumed.
local self
local odd = {}
self = create(function() for i = 1, 40 do odd[i] = tostring(select(2, resume(self))); yield(i) end end)
while resume(self) do end
print(#odd, odd[1], odd[40], status(self))
local dead = create(function() end)
resume(dead)
local refusals = 0
for i = 1, 60 do local ok, why = resume(dead); if not ok and why == "cannot resume dead coroutine" then refusals = refusals + 1 end end
print(refusals)
print(pcall(function() for i = 1, 60 do if i == 50 then yield(i) end end end))

-- Functions that the compiler is told to leave alone.
local slow = function(n) for i = 1, n do yield(i) end end
jit.off(slow)
local quick = 0
for round = 1, 30 do for i in wrap(function() slow(5) end) do quick = quick + i end end
for round = 1, 30 do local f = wrap(slow); for k = 1, 5 do quick = quick + f(5) end end
print(quick)

-- Environments, long argument lists.
local many = wrap(function(...) while true do yield(select("#", ...), ...) end end)
local wide = 0
local args = {}
for i = 1, 60 do args[i] = i end
for i = 1, 30 do wide = wide + select("#", many(unpack(args, 1, 60))) end
print(wide)
