-- Switching the compiler, for all, for functions and for those in them, does not change what programs do.
local function make()
  local function inner(n) local s = 0 for i = 1, n do s = s + i % 3 end return s end
  return function(n) local s = 0 for i = 1, n do s = s + inner(i) end return s end, inner
end
local f, inner = make()
print(f(100))
jit.off(f) print(f(100))
jit.off(f, true) print(f(100))
jit.on(f) print(f(100))
jit.off(f, false) print(f(100), inner(50))
jit.on(f, true) print(f(100))
jit.flush(f) print(f(100))
jit.flush(f, true) print(f(100))
jit.flush() print(f(100))
jit.off() print(f(100))
jit.on() print(f(100))
for i = 1, 30 do jit.flush(i) end
print(f(100))

-- Within the loop that runs.
local s = 0
for i = 1, 2000 do
  s = s + i
  if i % 500 == 0 then jit.flush() end
  if i == 700 then jit.off(true) elseif i == 900 then jit.on(true) end
  if i == 1100 then jit.off() elseif i == 1300 then jit.on() end
end
print(s)
local co = coroutine.wrap(function()
  for i = 1, 1000 do
    if i % 100 == 0 then coroutine.yield(i) end
  end
  return "end"
end)
for i = 1, 11 do
  io.write(tostring(co()), " ")
  if i == 5 then jit.flush() end
end
print()

-- Another iterator takes a loop over that compiled code has been specialised to next.
local function walk(iterator, t)
  local n = 0
  for k, v in iterator(t) do n = n + v end
  return n
end
local t = {}
for i = 1, 150 do t[i] = i end
print(walk(pairs, t), walk(pairs, t))
print(walk(ipairs, t), walk(pairs, t))
local function reversed(t)
  return function(t, i) i = i - 1 if i > 0 then return i, t[i] end end, t, #t + 1
end
print(walk(reversed, t), walk(pairs, t))
