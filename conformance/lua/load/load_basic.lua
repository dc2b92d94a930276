-- load and loadstring: readers, names, modes, environments, errors.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local function t(...) local f, e = ... if f then print("ok", pcall(f, "arg1", "arg2")) else print("fail", e) end end
t(loadstring("return 1"))
t(load("return 2, ..."))
t(loadstring("return ..."))
t(load(""))
t(load("x x"))
t(load("x x", "=name"))
t(load("x x", "@file"))
t(load("x x", "code"))
t(load("error('e')", "=nm"))
t(load("return debug.getinfo(1, 'S').source", "src"))
t(load("return debug.getinfo(1, 'S').source"))
t(loadstring("return debug.getinfo(1, 'S').source"))
t(load(5))
t(loadstring(5))
t(load("return 1", nil, nil, nil))
local function reader(...) local parts, i = { ... }, 0 return function() i = i + 1 return parts[i] end end
t(load(reader("return ", "1", " + 2")))
t(load(reader("ret", "urn 'sp", "lit'")))
t(load(reader("return 1", "", "+ 5")))
t(load(reader()))
t(load(reader("")))
t(load(reader("x = ", "= 1"), "=rd"))
t(load(reader("x = ", "= 1")))
print(pcall(load, reader(5, " x")))
print(pcall(load, reader("return ", {})))
print(pcall(load, reader("return ", true)))
print(pcall(load, function() error("reader error") end))
print(pcall(load, function() error({}) end) == false)
local n = 0
t(load(function()
  n = n + 1
  if n == 1 then return "return " elseif n < 1000 then return "1+" elseif n == 1000 then return "1" end
end))
print(n)
t(load("return x", "=e", "t", { x = "env x" }))
t(load("x = 1 return x", "=e", "bt", {}))
t(load("return _G", "=e", "t", {}))
t(load("return print", "=e", "t", nil))
t(load("y = 5", "=e", nil, setmetatable({}, { __newindex = function(_, k, v) print("set", k, v) end })))
t(load("return 1", "=m", "b"))
t(load("return 1", "=m", "t"))
t(load("return 1", "=m", "x"))
t(load("return 1", "=m", ""))
t(loadstring("return 1", "=m", "b"))
t(loadstring("return x", "=m", "t", { x = "ls env" }))
for _, c in ipairs{ "load()", "load(nil)", "load({})", "load(true)", "load(print)", "load('return 1', {})",
  "load('x', 5)", "load('return 1', 'n', 5)", "load('return 1', 'n', 't', 5)", "loadstring()", "loadstring(nil)",
  "loadstring({})", "loadstring(print)", "loadstring('x', {})", "load(coroutine.create(print))",
  "load(function() end)", "load(string.rep)" } do
  print(c, pcall(assert(loadstring("return (function(a, ...) return type(a), ... end)(" .. c .. ")", "=c"))))
end
local x = "outer"
local f = loadstring("x = 'changed' return x")
print(f(), x, _G.x)
print(load(coroutine.wrap(function() coroutine.yield("return ") coroutine.yield("'co'") end))())
local fs = {}
for i = 1, 3 do fs[i] = loadstring("return " .. i .. " * ...") end
print(fs[1](2), fs[2](2), fs[3](2))
print(select("#", loadstring("return")()), select("#", loadstring("")()), select("#", loadstring("return nil")()))
print(loadstring("local a, b = ... return b, a")(1, 2))
print(debug.getinfo(loadstring("x" .. " = 1", "=nm"), "S").short_src,
  debug.getinfo(loadstring("\n\nx = 1"), "S").linedefined, debug.getinfo(loadstring("x=1"), "S").what)
print(load("\27Lua"))
print((load("\239\187\191return 'bom'")) ~= nil, pcall(load, "#comment\nreturn 1"))
