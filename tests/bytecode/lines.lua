--- 1 local a =
local a =
  1
local b = x
  + y
local c = x +
  y
--- 2 local a = x.y
local a = x.y
  + z.w
--- 3 local a = x.y +
local a = x.y +
  z.w
--- 4 f(
f(
  a,
  b.c,
  d
)
--- 5 f
f
(1)
--- 6 local t = {
local t = {
  a,
  b
}
--- 7 local t = {
local t = {
  a
  ,
  b,
  c.d
  ,
  e = f
  ,
}
--- 8 local t =
local t =
{
}
--- 9 local t = {
local t = {
  f(),
  g()
}
--- 10 local t = {
local t = {
  x = a.b,
  y =
    c,
  [z]
  =
  w,
  [
    q.r
  ] = s
}
--- 11 a
a
.b
.c
= d
.e
--- 12 if x
if x
then
  f()
elseif y
then
  g()
else
  h()
end
--- 13 while x
while x
do
  f()
end
--- 14 while x do
while x do
end
f()
--- 15 repeat
repeat
  f()
until
  x
--- 16 repeat
repeat
until x == y
  and z
--- 17 for i = 1,
for i = 1,
  2,
  3
do
  f()
end
--- 18 for i
for i
=
1
,
2
do
end
--- 19 for k,
for k,
  v
in
  pairs(t)
do
  f()
end
--- 20 for k, v in
for k, v in
  f, g
do
end
--- 21 local function
local function
f
(a)
  return a
end
--- 22 function a.b
function a.b
.c()
  return 1
end
--- 23 function f()
function f()

  return
    x
    ,
    y

end
--- 24 local f = function(
local f = function(
  a,
  b
)
  return a
    + b
end
--- 25 return
return
  f
  .x
  :m
  (1)
--- 26 return f(1,
return f(1,
  2)
--- 27 local a = x
local a = x
  and y
  or z
--- 28 local a = x ==
local a = x ==
  y
--- 29 local a = not
local a = not
  x
--- 30 local a = -
local a = -
  x.y
--- 31 local a = (
local a = (
  x.y
) + 1
--- 32 local a = x
local a = x
  ? y.z
  : w.v
--- 33 local a = x.y
local a = x.y
  ?? z
--- 34 local a = t
local a = t
  ?.x
  .y
--- 35 local a = "long" ..
local a = "long" ..
  "er" ..
  x
--- 36 local a = [[
local a = [[

]] .. x
f()
--- 37 f [[
f [[

]]
f()
--- 38 f {
f {
  1
}
f()
--- 39 local f = x ->
local f = x ->
  x
g()
--- 40 local f = x -> x
local f = x -> x

g()
--- 41 f(x -> x
f(x -> x
)
--- 42 local f = |a,
local f = |a,
  b|
  -> a
--- 43 x,
x,
y
=
1,
2
--- 44 x
x
+=
y
--- 45 t[
t[
i
]
=
v
--- 46 local a, b,
local a, b,
  c
d()
--- 47 do
do
  local a = 1
  f(function() return a end)
end
g()
--- 48 while x do
while x do
  local a = 1
  f(function() return a end)
  if y then
    break
  end
end
--- 49 if x then return end
if x then return end
f(function()
  return 1
end)
--- 50 -- comment
-- comment
--[[ long
comment ]] f() --[==[ x
]==] g()
--- 51 f()--x
f()--x
--y
 + 1
--- 52 goto
goto
l
f()
::
l
::
--- 53 while x do
while x do
  if y then
    continue
  end
  f()
end
--- 54 local a = ...
local a = ...
, ...
--- 55 local a =
local a =
  ...
--- 56 f(
f(
  ...
)
--- 57 local a =
local a =
  {
    1
  }
--- 58 local a = x[
local a = x[
  y.z
]
--- 59 o
o
:
m(
)
--- 60 o:m(a.b,
o:m(a.b,
  c.d
)
--- 61 const
const
x
=
1
f(x)
--- 62 x = function() end y = function()
x = function() end y = function()
end
--- 63 x = 1
x = 1
--- 64 local s = "a\
local s = "a\
b" x = s
f()
--- 65 local s = "a\z
local s = "a\z
   b" x = s
f()
--- 66 local x = 1; ;
local x = 1; ;
--- 67 x = 1
x = 1
;
f()
--- 68 if x then
if x then
  f()
end
if y then g() end
--- 69 for i = 1, 2 do
for i = 1, 2 do
  local function f() return i end
end
--- 70 return f{
return f{
  x
}
--- 71 return (
return (
  f()
)
--- 72 local a, b = f(
local a, b = f(
), g(
)
--- 73 x.y.z = a.b.c
x.y.z = a.b.c
  .d
--- 74 local t = {
local t = {
  f = function()
    return 1
  end,
  g,
  -1,
  "s",
  h
    .i
}
--- 75 f(a)(b)
f(a)(b)
(c)
--- 76 f:a()
f:a()
 :b()
 :c()
--- a0 local x = 1;
local x = 1;
--- a1 repeat f() until
repeat f() until
  ...
--- a2 if x then f()
if x then f()
elseif
  ... then g() end
--- a3 while x do f()
while x do f()
;
end
--- a4 do local a f(function() return a end)
do local a f(function() return a end)
;
end g()
--- a5 local f = x -> x
local f = x -> x

;
--- a6 repeat f() ;
repeat f() ;
until x
