-- debug.getinfo: every field for Lua and C functions, levels, options, errors.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local function show(i)
  if not i then return print(i) end
  local k = {}
  for n, v in pairs(i) do
    k[#k + 1] = n .. "=" .. ((type(v) == "function" or type(v) == "table") and type(v) or tostring(v):gsub("\n", "~"))
  end
  table.sort(k)
  print(table.concat(k, " "))
end
local function f(a, b, ...) local x show(debug.getinfo(1)) show(debug.getinfo(f)) return a end
f()
show(debug.getinfo(print))
show(debug.getinfo(1))
show(debug.getinfo(2))
show(debug.getinfo(3))
show(debug.getinfo(100))
show(debug.getinfo(0))
for _, o in ipairs{ "n", "S", "l", "u", "f", "L", "nSlufL", "", "x", ">S", "Sx", "nn" } do
  print(o, pcall(debug.getinfo, 1, o))
  local ok, i = pcall(debug.getinfo, f, o)
  if ok then show(i) end
  ok, i = pcall(debug.getinfo, 1, o)
  if ok then show(i) end
end
local lines = {}
for l in pairs(debug.getinfo(f, "L").activelines) do lines[#lines + 1] = l end
table.sort(lines)
print(table.concat(lines, " "))
local g = loadstring("local a\n\na = 1\nif a then\n  return function()\n\n  return 1 end\nend\n", "=chunk")
lines = {}
for l in pairs(debug.getinfo(g, "L").activelines) do lines[#lines + 1] = l end
table.sort(lines)
print(table.concat(lines, " "))
show(debug.getinfo(g, "S"))
show(debug.getinfo(g(), "S"))
show(debug.getinfo(g(), "u"))
print(debug.getinfo(print, "L").activelines)
for _, c in ipairs{ "debug.getinfo()", "debug.getinfo('x')", "debug.getinfo({})", "debug.getinfo(1, 5)",
  "debug.getinfo(1, {})", "debug.getinfo(nil)", "debug.getinfo(-1)", "debug.getinfo(1.9, 'l').currentline",
  "debug.getinfo(print, 'X')", "debug.getinfo(coroutine.create(print), 0)", "debug.getinfo(coroutine.create(print))",
  "debug.getinfo(coroutine.create(print), print, 'S').what" } do
  print(c, pcall(assert(loadstring("return (function(...) return type((...)) == 'table' and '{}' or ... end)(" .. c .. ")",
    "=c"))))
end
local function names()
  local r = {}
  for l = 1, 6 do
    local i = debug.getinfo(l + 1, "n")
    if not i then break end
    r[#r + 1] = tostring(i.name) .. ":" .. i.namewhat
  end
  return table.concat(r, " ")
end
local t = { m = function() return (names()) end }
function t:meth() return (names()) end
gfun = function() return (names()) end
print((names()))
print((t.m()))
print((t:meth()))
print((gfun()))
local up = gfun
print((function() return (up()) end)())
print(pcall(gfun))
local mt = setmetatable({}, { __index = function() return (names()) end, __add = function() return (names()) end,
  __call = function() return (names()) end, __concat = function() return (names()) end,
  __len = function() return 1 end, __eq = function() print((names())) return true end,
  __lt = function() print((names())) return true end, __newindex = function() print((names())) end,
  __unm = function() return (names()) end, __tostring = function() return (names()) end })
print(mt.x)
print(mt + 1)
print(mt())
print(mt .. "x")
print(-mt)
print(tostring(mt))
print(mt == setmetatable({}, getmetatable(mt)))
print(mt < mt)
mt.z = 1
for _ in function(_, c) if not c then print((names())) return 1 end end do end
table.sort({ 1, 2 }, function() print((names())) end)
print(("x"):gsub("x", names))
print(coroutine.wrap(function() return (names()) end)())
local function tail() return names() end
print((tail()))
print((t["m"]()))
local arr = { names }
print((arr[1]()))
print(({ names })[1]())
