-- expect-different: yields-across-natives
-- Yields from within library functions that call back, which LuaJIT does not allow: traces follow those around them.
local yield, wrap = coroutine.yield, coroutine.wrap
local compared, replaced = 0, 0
for round = 1, 20 do
  local sorter = wrap(function()
    local t = { 5, 3, 8, 1, 9, 2, round }
    table.sort(t, function(a, b) yield(a * 10 + b) return a < b end)
    return table.concat(t, " ")
  end)
  local r = sorter()
  while type(r) == "number" do compared = compared + r % 7; r = sorter() end
  if round % 10 == 0 then print(r) end
  local words = wrap(function()
    return (("one two three"):gsub("%a+", function(w) return (yield(w)) end))
  end)
  local w = words()
  while not w:find(" ") do replaced = replaced + 1; w = words(w:upper()) end
  if round % 10 == 0 then print(w) end
  local each = wrap(function() table.foreach({ 1, 2, 3, 4 }, function(k, v) yield(k + v) end) return 0 end)
  local v = each()
  while v > 0 do compared = compared + v; v = each() end
end
print(compared > 0, replaced)
