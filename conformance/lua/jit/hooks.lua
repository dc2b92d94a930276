-- expect-different: hooks-in-compiled-loops
-- A hook that is set when a loop is hot sees each line; it is gone afterwards.
local lines, counts = 0, 0
local function work(n)
  local s = 0
  for i = 1, n do
    s = s + i
  end
  return s
end
for _ = 1, 10 do work(1000) end
debug.sethook(function() lines = lines + 1 end, "l")
work(100)
debug.sethook()
print(lines)
debug.sethook(function() counts = counts + 1 end, "", 10)
work(1000)
debug.sethook()
print(counts > 50)
print(work(1000))
