-- Proper tail calls never grow the stack; what is and is not one.
local function loop(n, acc) if n == 0 then return acc end return loop(n - 1, acc + 1) end print(loop(300000, 0))
local function a(n) if n == 0 then return "end" end return (function(m) return a(m) end)(n - 1) end
print(a(50000))
local even, odd
function even(n) if n == 0 then return true end return odd(n - 1) end
function odd(n) if n == 0 then return false end return even(n - 1) end
print(even(100001))
local o = {}
function o:m(n) if n == 0 then return self == o end return self:m(n - 1) end
print(o:m(100000))
local c = setmetatable({}, { __call = function(self, n) if n == 0 then return "called" end return self(n - 1) end })
print(c(100000))
local function v(n, ...) if n == 0 then return select("#", ...), ... end return v(n - 1, ...) end
print(v(100000, 1, nil, 3))
local function grow(n, ...) if n == 0 then return select("#", ...) end return grow(n - 1, n, ...) end
print(grow(100))
local function notail(n) if n == 0 then return 0 end return (notail(n - 1)) end
print(pcall(notail, 1000))
print((pcall(notail, 1e7)))
local function plus(n) if n == 0 then return 0 end return 1 + plus(n - 1) end
print(plus(5000))
print(select(2, pcall(function() return error("t") end)))
local function tb() return debug.traceback("tb") end
local function t2() return tb() end
print(t2())
print((function() return tb() end)())
print((select(2, xpcall(function() return t2() end, debug.traceback))))
print((select(2, pcall(function() return nil + 1 end))))
print((function(...) return select(...) end)(2, "x", "y"))
print(pcall(pcall, pcall, pcall, error, "e"))
local function st(x, y) return tostring(x) end
print(st(5))
print((function() return tonumber("0x10") end)())
print((function() return setmetatable({}, {}) end)() ~= nil)
print(coroutine.wrap(function() return coroutine.yield(1) end)())
