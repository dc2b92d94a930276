-- pcall and xpcall: arguments, results, handlers, nesting, errors in handlers.
local function try(s) print(s, pcall(assert(loadstring("return " .. s, "=p")))) end
try "pcall()"
try "pcall(nil)"
try "pcall(5)"
try "pcall(print)"
try "pcall(pcall)"
try "pcall(pcall, error)"
try "pcall(error)"
try "pcall(error, 'x')"
try "pcall(error, nil)"
try "xpcall()"
try "xpcall(print)"
try "xpcall(print, nil)"
try "xpcall(nil, print)"
try "xpcall(5, print)"
try "xpcall(print, 5)"
try "xpcall(error, nil)"
try "xpcall(error, 5)"
try "xpcall(error, print)"
try "xpcall(error, print, 'e')"
try "xpcall(select, print, '#', 1, nil)"
try "xpcall(error, tostring, 'e')"
try "xpcall(error, function() return 1, 2, 3 end)"
try "xpcall(error, function(...) return select('#', ...) end, 'e', 2)"
try "xpcall(error, error, 'e')"
try "xpcall(error, function(m) error('h') end, 'e')"
try "xpcall(error, function(m) error(m) end, 'e')"
try "xpcall(error, function(m) return m .. '!' end, 'e')"
try "xpcall(error, function(m) return m.x end, 'e')"
try "xpcall(error, function(m) return m.x.y end, 'e')"
try "xpcall(function() error('f') end, function(m) return 'H ' .. m end)"
try "xpcall(function() return nil + 1 end, function(m) return 'H ' .. m end)"
try "xpcall(function() undefd() end, function(m) return 'H ' .. m end)"
try "xpcall(function(...) return ... end, print, 1, nil, 3)"
try "xpcall(function() return 1, nil end, print)"
try "pcall(xpcall, error, tostring, 'in')"
try "xpcall(pcall, print, error, 'in')"
try "xpcall(xpcall, print, error, tostring, 'deep')"
try "pcall(coroutine.wrap(function() error('w') end))"
try "pcall(setmetatable({}, {__call = function(_, x) error(x, 0) end}), 'cc')"
try "pcall(string.rep)"
try "pcall(string.rep, 'x', -1)"
try "pcall(function(...) return ... end, nil, nil)"
try "select('#', pcall(function(...) return ... end, nil, nil))"
try "select('#', pcall(error))"
try "pcall(pcall, pcall, pcall, error, 'z')"
try "xpcall(error, coroutine.yield, 'y')"
try "xpcall(error, function() coroutine.yield() end, 'y')"
try "xpcall(error, setmetatable({}, {__call = function(_, m) return 'called ' .. m end}), 'e')"
try "pcall(load, 'x = ')"
try "pcall(load('error(\"in chunk\", 0)'))"
local depth = 0
local function rec()
  depth = depth + 1
  if depth < 150 then local ok, e = pcall(rec) if not ok then error(e, 0) end return e end
  error("bottom", 0)
end
print(pcall(rec))
print(depth)
local log = {}
local function nested(n)
  local ok, e = xpcall(function() if n == 0 then error("base") end nested(n - 1) end,
    function(m) log[#log + 1] = "h" .. n return m .. "<" .. n end)
  if not ok then error(e, 0) end
end
print(pcall(nested, 4))
print(table.concat(log, " "))
print(xpcall(function() local x = nil; return x.field end, function(m) return debug.traceback(m, 1) end))
print((select(2, xpcall(function() error("tb") end, debug.traceback))))
print(select(2, xpcall(function() error({}) end, function(e) return type(e) end)))
print(xpcall(function()
  xpcall(error, function(m) print("inner handler", m) return m end, "inner")
  error("outer")
end, function(m) print("outer handler", m) return "o" end))
local t = {}
print(select(2, pcall(error, t)) == t, select(2, xpcall(error, function(x) return x end, t)) == t)
local r = { pcall(function() return 1, nil, 3, nil end) }
print(#r == 4 or #r == 2, r[1], r[2], r[4])
print(pcall(function() for i = 1, 3 do pcall(error, i) end return "loop" end))
local function finally(f, fin) local r = { pcall(f) } fin() if r[1] then return unpack(r, 2) end error(r[2], 0) end
print(pcall(finally, function() error("F", 0) end, function() print("fin") end))
print(finally(function() return 7 end, function() print("fin2") end))
local function handler_level() return xpcall(function() error("lv", 2) end, function(m) return m end) end
print(handler_level())
local e2 = function() local ok, err = pcall(error, "rethrow", 0) error(err, 0) end
print(pcall(e2))
