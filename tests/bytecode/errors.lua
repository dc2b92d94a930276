--- 1 local x = = 1
local x = = 1
--- 2 return ... , function() return ... end
return ... , function() return ... end
--- 3 function f() local a = ... end
function f() local a = ... end
--- 4 x = 1 = 2
x = 1 = 2
--- 5 f() = 1
f() = 1
--- 6 (a) = 1
(a) = 1
--- 7 f(
f(
--- 8 for i = 1 do end
for i = 1 do end
--- 9 goto
goto
--- 10 local function f() goto x end
local function f() goto x end
--- 11 do
do
local a
goto x
end
do
::x::
end
--- 12 while x do
while x do
  continue
end
continue
--- 13 repeat
repeat
  local a
  if x then continue end
  local b
until b
--- 14 break
break
f()
--- 15 f()
f()
break
--- 16 const a = 1
const a = 1
a
=
2
--- 17 const a = 1
const a = 1
a,
b = 1, 2
--- 18 const a = 1
const a = 1
b, a = 1, 2
--- 19 const a = 1
const a = 1
function a
() end
--- 20 const a = 1
const a = 1
local b,
a
= 1
--- 21 const self = 1
const self = 1
function f:m() end
--- 22 const a = 1
const a = 1
for i, a in f do end
--- 23 const a = 1
const a = 1
function f(b, a) end
--- 24 const a = 1
const a = 1
f(|b, a| -> 1)
--- 25 const a = 1
const a = 1
a ..= "x"
--- 26 ::a::
::a::
::b::
::a
::
--- 27 if x then
if x then
  goto y
  local z
  ::y::
  f()
end
--- 28 goto a; local b; local c; ::a:: f()
goto a; local b; local c; ::a:: f()
--- 29 x.y.z
x.y.z
--- 30 x
x
--- 31 'a' = 1
'a' = 1
--- 32 local a.b = 1
local a.b = 1
--- 33 if x then f() else g()
if x then f() else g()
--- 34 f(]
f(]
--- 35 a?.b, c = 1, 2
a?.b, c = 1, 2
--- 36 a, b?.c = 1, 2
a, b?.c = 1, 2
--- 37 a, b += 1, 2
a, b += 1, 2
--- 38 x ^= 1
x ^= 1
--- 39 x //= 1
x //= 1
--- 40 x ++
x ++
--- 41 f() += 1
f() += 1
