-- debug.traceback: message, level, kinds of frames.
local tb = debug.traceback
print(tb())
print(tb("msg"))
print(tb("msg", 0))
print(tb("msg", 1))
print(tb("msg", 2))
print(tb("msg", 3))
print(tb("msg", 100))
print(tb(nil))
print(tb(nil, 1))
print(tb(5))
print(tb(5, 2))
print(tb(true))
print(type(tb({})))
print(tb(""))
print(tb("a\nb", 1))
print(pcall(tb, "x", "y"))
print(pcall(tb, "x", {}))
print(pcall(tb, "x", "1") )
print(tb("neg", -1))
local function l1() return (tb("l1")) end
local function l2() local r = l1() return r end
function gl() local r = l2() return r end
local t = {}
function t.field() local r = gl() return r end
function t:meth() local r = self.field() return r end
print(l1())
print(gl())
print(t.field())
print(t:meth())
print((function() local r = t:meth() return r end)())
print(select(2, pcall(gl)))
print(coroutine.wrap(function() local r = gl() return r end)())
local mt = setmetatable({}, { __index = function() return (gl()) end, __add = function() return (gl()) end,
  __call = function() return (gl()) end, __tostring = function() return (gl()) end,
  __lt = function() error(gl(), 0) end })
print(mt.x)
print(mt + 1)
print(mt())
print(tostring(mt))
print(pcall(function() return mt < mt end))
local r
r = ""
string.gsub("x", "x", function() r = gl() end)
print(r)
table.sort({ 1, 2 }, function() r = gl() return false end)
print(r)
for k in function(_, c) if not c then r = gl() return 1 end end do end
print(r)
r = loadstring("local r = gl() return r", "=chunk")()
print(r)
r = loadstring("local function loc() local r = gl() return r end local r = loc() return r")()
print(r)
print(select(2, xpcall(function() error("E") end, tb)))
print(select(2, xpcall(function() local x = nil .. "" end, tb)))
print(select(2, xpcall(string.rep, tb)))
print(select(2, xpcall(function() string.rep() end, tb)))
local function rec(n) if n == 0 then return (tb("rec")) end local r = rec(n - 1) return r end
for _, n in ipairs{ 5, 15, 19, 20, 21, 22, 23, 40 } do print(n) print(rec(n)) end
local function tail(n) if n == 0 then return (tb("tail")) end return tail(n - 1) end
print(tail(3))
local up = function() local r = l2() return r end
local function useup() local r = up() return r end
print(useup())
require = nil
for i = 1, 2 do local anon = function() local r = tb(i) return r end print((anon())) end
print(({ function() local r = tb("elem") return r end })[1]())
print(t["field"] == t.field, dofile == nil)
