--- 1 function f() end
function f() end
--- 2 function f(a, b) return a, b end
function f(a, b) return a, b end
--- 3 function f(...) return ... end
function f(...) return ... end
--- 4 function f(a, ...) local b = ... return a, b end
function f(a, ...) local b = ... return a, b end
--- 5 function a.f() end
function a.f() end
--- 6 function a.b.c() end
function a.b.c() end
--- 7 function a:m() return self end
function a:m() return self end
--- 8 function a.b:m(x) return self, x end
function a.b:m(x) return self, x end
--- 9 local function f() end
local function f() end
--- 10 local function f() return f end
local function f() return f end
--- 11 local f = function() return f end
local f = function() return f end
--- 12 local f; function f() return f end
local f; function f() return f end
--- 13 local t = {} function t.f() end function t:g() end
local t = {} function t.f() end function t:g() end function t.a.b() end
--- 14 local f = function(a, b, c) return a + b + c end
local f = function(a, b, c) return a + b + c end
--- 15 return function() end
return function() end
--- 16 return function(...) return ... end
return function(...) return ... end
--- 17 local x; return function() return x end
local x; return function() return x end
--- 18 local x; return function() x = 1 end
local x; return function() x = 1 end
--- 19 local x; x = 2; return function() return x end
local x; x = 2; return function() return x end
--- 20 local x, y; return function() return function() re
local x, y; return function() return function() return x, y end end
--- 21 local x; return function() return function() x = 1
local x; return function() return function() x = 1 end end
--- 22 local x; return function() local y; return functio
local x; return function() local y; return function() return x, y end end
--- 23 local x; local function f() return x end local fun
local x; local function f() return x end local function g() return x, f end
--- 24 local a, b, c; return function() return c, b, a, c
local a, b, c; return function() return c, b, a, c end
--- 25 local a; do local b; f(function() return a, b end)
local a; do local b; f(function() return a, b end) end
--- 26 do local a; f(function() return a end) end g()
do local a; f(function() return a end) end g()
--- 27 do local a; local b; f(function() return b end) en
do local a; local b; f(function() return b end) end g()
--- 28 do local a; f(function() return a end); return end
do local a; f(function() return a end); return end
--- 29 local a; if x then return end f(function() return 
local a; if x then return end f(function() return a end)
--- 30 local a; if x then return 1 end if y then return 1
local a; if x then return 1 end if y then return 1, 2 end if z then return f() end f(function() return a end) return ...
--- 31 if x then return end local f = function() end retu
if x then return end local f = function() end return f
--- 32 function f(x) return function(y) return x + y end 
function f(x) return function(y) return x + y end end
--- 33 function f(x) x = x + 1 return function(y) return 
function f(x) x = x + 1 return function(y) return x + y end end
--- 34 local function f(a) local b = a; a = b; return fun
local function f(a) local b = a; a = b; return function() return a, b end end
--- 35 local function f(n) if n < 2 then return n end ret
local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end
--- 36 local function f() return g() end
local function f() return g() end
--- 37 local function f() return (g()) end
local function f() return (g()) end
--- 38 local function f() local a = g() return a end
local function f() local a = g() return a end
--- 39 local function f(a) return a.x, a[1], a:m() end
local function f(a) return a.x, a[1], a:m() end
--- 40 local function f(a, b) a, b = b, a return a end
local function f(a, b) a, b = b, a return a end
--- 41 function f() return end
function f() return end
--- 42 function f() return nil end
function f() return nil end
--- 43 function f() do return 1 end end
function f() do return 1 end end
--- 44 function f() if x then return 1 end end
function f() if x then return 1 end end
--- 45 function f() while x do return 1 end end
function f() while x do return 1 end end
--- 46 function f(self) return self end function f:g(self
function f(self) return self end function f:g(self) return self end
--- 47 function f(a, a) return a end
function f(a, a) return a end
--- 48 local a, a = 1, 2 return a
local a, a = 1, 2 return a
--- 49 f(function(x) return x end, function(...) return .
f(function(x) return x end, function(...) return ... end)
--- 50 local x = function() end x = function() end
local x = function() end x = function() end
--- 51 local t = {f = function() return t end}
local t = {f = function() return t end}
--- 52 x -> x
x -> x
--- 53 f(x -> x)
f(x -> x)
--- 54 f(x -> x + 1)
f(x -> x + 1)
--- 55 f(|| -> 1)
f(|| -> 1)
--- 56 f(|a, b| -> a + b)
f(|a, b| -> a + b)
--- 57 f(|...| -> ...)
f(|...| -> ...)
--- 58 f(|a, ...| -> ...)
f(|a, ...| -> ...)
--- 59 f(x -> g(x))
f(x -> g(x))
--- 60 f(x -> (g(x)))
f(x -> (g(x)))
--- 61 f(x -> y -> x + y)
f(x -> y -> x + y)
--- 62 f(x -> do return x end)
f(x -> do return x end)
--- 63 f(|a, b| -> do local c = a return c + b end)
f(|a, b| -> do local c = a return c + b end)
--- 64 f(x -> nil, x -> {}, x -> {x}, x -> "s")
f(x -> nil, x -> {}, x -> {x}, x -> "s")
--- 65 local f = x -> x and y or z
local f = x -> x and y or z
--- 66 local f = x -> x ? y : z
local f = x -> x ? y : z
--- 67 local y; local f = x -> x + y
local y; local f = x -> x + y
--- 68 local f = x -> f(x)
local f = x -> f(x)
--- 69 local f = || -> do end
local f = || -> do end
--- 70 local f = x -> x, y
local f = x -> x, y
--- 71 local f, g = x -> x, y -> y
local f, g = x -> x, y -> y
--- 72 const f = 1 return f
const f = 1 return f
--- 73 const f, g = 1, 2 return f + g
const f, g = 1, 2 return f + g
--- 74 const f = function() return f end
const f = function() return f end
--- 75 const function f() return f end
const function f() return f end
--- 76 const x = 1; x = 2
const x = 1; x = 2
--- 77 const x = 1; x += 2
const x = 1; x += 2
--- 78 const x = 1; local x = 2
const x = 1; local x = 2
--- 79 const x = 1; function x() end
const x = 1; function x() end
--- 80 const x = 1; local function f() x = 2 end
const x = 1; local function f() x = 2 end
--- 81 const x = 1; x.y = 2; x[1] += 3
const x = 1; x.y = 2; x[1] += 3
--- 82 const a, a = 1, 2
const a, a = 1, 2
--- 83 const x = 1 do local function x() end end
const x = 1 do local function x() end end
--- 84 const x = 1; for x = 1, 2 do end
const x = 1; for x = 1, 2 do end
--- 85 const x = 1; local f = x -> x
const x = 1; local f = x -> x
--- 86 const x = 1; function f(x) end
const x = 1; function f(x) end
--- 87 const function f() f = 1 end
const function f() f = 1 end
--- 88 local x = 1; const x = 2
local x = 1; const x = 2
--- 89 local function f() local function g() local functi
local function f() local function g() local function h() return f, g, h end end end
--- 90 local a = 1 local function f() return a end a = 2
local a = 1 local function f() return a end a = 2
--- 91 local a = 1 local function f() return function() r
local a = 1 local function f() return function() return a end end a = 2
--- 92 for i = 1, 2 do local function f() return i, f end
for i = 1, 2 do local function f() return i, f end end
--- 93 local a = function() local b = function() local c 
local a = function() local b = function() local c = function() return a, b, c end end end
--- 94 do local a = f() local function g() return a end h
do local a = f() local function g() return a end h(g) end do local b = f() end
--- 95 function f(a, b, c, d, e) return e, d, c, b, a end
function f(a, b, c, d, e) return e, d, c, b, a end
--- 96 function f() local a, b, c = ... end
function f() local a, b, c = ... end
