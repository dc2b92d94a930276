-- expect-different: yields-across-natives
-- A file that dofile runs may yield.
local f = io.open("yield.lua", "w")
f:write("return coroutine.yield('from file')")
f:close()
local co = coroutine.wrap(function() return dofile("yield.lua") end)
print(pcall(co))
print(pcall(co, "resumed"))
local sorter = coroutine.wrap(function()
  local t = { 3, 1, 2 }
  table.sort(t, function(a, b) coroutine.yield(a) return a < b end)
  return table.concat(t, " ")
end)
print(pcall(sorter))
local each = coroutine.wrap(function()
  table.foreach({ 7 }, function(k, v) coroutine.yield(v) end)
  return "done"
end)
print(pcall(each))
print(pcall(each))
