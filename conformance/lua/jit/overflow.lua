-- The stack overflows in a function that is entered: the message has the line where that function begins.
local function f(n)
  local x = n
  return 1 + f(n + 1)
end
local g, h
function g(n)

  local x = h(n + 1)
  return x
end
function h(n)

  local a, b, c, d

  local x = g(n + 1)
  return x
end
local index = setmetatable({}, { __index = function(t, k)
  return (t[k + 1])
end })
local sum = setmetatable({}, { __add = function(a, b)
  local r = a + (b + 1)
  return r
end })
local function many(...)
  local x = many(1, ...)
  return x
end
local function by_pcall(n)
  local ok, e = pcall(by_pcall, n + 1)
  if not ok then error(e, 0) end
end
-- Which of two functions has no room depends on the size of the stack.
local function either(ok, message)
  return ok, message == "overflow.lua:9: stack overflow" or message == "overflow.lua:14: stack overflow" or message
end
for i = 1, 3 do
  print(pcall(f, 1))
  print(either(pcall(g, 1)))
  print(either(pcall(h, 1)))
  print(pcall(function() return index[1] end))
  print(pcall(function() return sum + 1 end))
  print(pcall(many))
  print(pcall(function()
    -- In a coroutine, after loops that were compiled.
    local s = 0
    for j = 1, 100 do s = s + j end
    return coroutine.resume(coroutine.create(f), 1)
  end))
  print(xpcall(f, function(m) return (debug.traceback(m):match("^[^\n]+")) end, 1))
end
