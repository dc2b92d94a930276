-- expect-different: variables-that-debug-assigns
-- Variables that no function assigns, of which compiled code may know the values, and `debug` assigns them.
local function loop(f) local r for i = 1, 200 do r = f(i) end return r end
local r
local function maker(x) return function() return x end end
local get = maker("a")
print(loop(get))
print(debug.setupvalue(get, 1, "b"), loop(get))
debug.setupvalue(get, 1, "c")
print(loop(get))
local other = maker("d")
print(loop(other))
debug.upvaluejoin(get, 1, other, 1)
print(loop(get), loop(other))
local function assigner() local y = "e" return function(v) y = v return y end end
local set = assigner()
debug.upvaluejoin(set, 1, other, 1)
print(loop(get), loop(other), set("f"), loop(get), loop(other), set("g"), loop(get), loop(other))
r = {}
for i = 1, 120 do
  if i % 40 == 0 then debug.setupvalue(get, 1, i) end
  r[#r + 1] = tostring(get())
end
print(table.concat(r, " "))

