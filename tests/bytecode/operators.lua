--- 1 local a, b = 1, 2; local c = a + b; local d = a - 
local a, b = 1, 2; local c = a + b; local d = a - b; local e = a * b; local f = a / b; local g = a % b; local h = a ^ b
--- 2 local a = x; local b = a + 1; b = a - 1; b = a * 2
local a = x; local b = a + 1; b = a - 1; b = a * 2; b = a / 2; b = a % 2; b = a ^ 2
--- 3 local a = x; local b = 1 + a; b = 1 - a; b = 2 * a
local a = x; local b = 1 + a; b = 1 - a; b = 2 * a; b = 2 / a; b = 2 % a; b = 2 ^ a
--- 4 local a = 1 + 2; a = 3 - 5; a = 2 * 3; a = 7 / 2; 
local a = 1 + 2; a = 3 - 5; a = 2 * 3; a = 7 / 2; a = 7 % 3; a = -7 % 3; a = 2 ^ 10
--- 5 local a = 0 / 0; a = 1 / 0; a = -1 / 0; a = 0 * -1
local a = 0 / 0; a = 1 / 0; a = -1 / 0; a = 0 * -1; a = 5 % 0; a = 5 % (1/0); a = 0 - 0
--- 6 local a = 1 + 2 + x; a = x + 1 + 2; a = 1 + x + 2
local a = 1 + 2 + x; a = x + 1 + 2; a = 1 + x + 2
--- 7 local a = x + y * z - w / v
local a = x + y * z - w / v
--- 8 local a = (x + y) * (z - w)
local a = (x + y) * (z - w)
--- 9 local a = -x; a = not x; a = #x; a = -(-x); a = no
local a = -x; a = not x; a = #x; a = -(-x); a = not not x
--- 10 local a = -1; a = -"1"; a = -(1); a = - - 1; a = n
local a = -1; a = -"1"; a = -(1); a = - - 1; a = not 1; a = not nil; a = not "x"; a = not not nil
--- 11 local a = -x.y; a = #x.y.z; a = not x.y
local a = -x.y; a = #x.y.z; a = not x.y
--- 12 local a = x.y + z.w
local a = x.y + z.w
--- 13 local a, b = {}, {}; local c = a.x + b.y * a[1] - 
local a, b = {}, {}; local c = a.x + b.y * a[1] - b["z"] / a[b]
--- 14 local a = 1; local b = a .. "x"; b = "x" .. a; b =
local a = 1; local b = a .. "x"; b = "x" .. a; b = a .. b .. a .. b; b = (a .. b) .. a; b = a .. (b .. a)
--- 15 local a = "x" .. "y"; a = 1 .. 2; a = "a" .. x .. 
local a = "x" .. "y"; a = 1 .. 2; a = "a" .. x .. 1
--- 16 local a = x .. y .. z.w
local a = x .. y .. z.w
--- 17 return x .. y
return x .. y
--- 18 local a = x == y; a = x ~= y; a = x < y; a = x <= 
local a = x == y; a = x ~= y; a = x < y; a = x <= y; a = x > y; a = x >= y
--- 19 local a, b; local c = a == b; c = a == 1; c = a ==
local a, b; local c = a == b; c = a == 1; c = a == "s"; c = a == nil; c = a == true; c = a ~= false; c = 1 == a; c = "s" ~= a; c = nil == a
--- 20 local a; local b = a < 1; b = 1 < a; b = a <= 1; b
local a; local b = a < 1; b = 1 < a; b = a <= 1; b = 1 >= a; b = a > 1; b = "x" < a
--- 21 local a = 1 < 2; a = 1 == 2; a = "a" == "b"; a = n
local a = 1 < 2; a = 1 == 2; a = "a" == "b"; a = nil == false; a = 1 ~= "1"
--- 22 local a = x and y; a = x or y; a = x and y or z; a
local a = x and y; a = x or y; a = x and y or z; a = x or y and z; a = not (x and y); a = not x or y
--- 23 local a = x and 1; a = x or 1; a = 1 and x; a = 1 
local a = x and 1; a = x or 1; a = 1 and x; a = 1 or x; a = nil and x; a = nil or x; a = false or 1; a = true and false
--- 24 local a, b; local c = a and b; c = a or b; c = a a
local a, b; local c = a and b; c = a or b; c = a and b or c; c = c and a; c = c or b; a = a and b; a = a or b
--- 25 local a, b; local c = a == b and 1; c = a < b or 2
local a, b; local c = a == b and 1; c = a < b or 2; c = a == b and b == a; c = a == b or b == a; c = not (a == b) and a
--- 26 local a, b, c = x, y, z; local d = a and b and c; 
local a, b, c = x, y, z; local d = a and b and c; d = a or b or c; d = (a or b) and c; d = a and (b or c); d = not a and not b
--- 27 local a = (x and y) == (z or w)
local a = (x and y) == (z or w)
--- 28 local a = x.y and x.y.z; a = x.y or x.y.z
local a = x.y and x.y.z; a = x.y or x.y.z
--- 29 local a = f() and g(); a = f() or g(); a = f() == 
local a = f() and g(); a = f() or g(); a = f() == g()
--- 30 local a = (f()) + (g())
local a = (f()) + (g())
--- 31 local a = f().x + g()[1]
local a = f().x + g()[1]
--- 32 return x and y
return x and y
--- 33 return x or y
return x or y
--- 34 return not x
return not x
--- 35 return x == y
return x == y
--- 36 return a < b and c or d
return a < b and c or d
--- 37 local a = x & y; a = x | y; a = x ~ y; a = x << y;
local a = x & y; a = x | y; a = x ~ y; a = x << y; a = x >> y; a = x ~>> y; a = ~x
--- 38 local a = 1 & 3; a = 1 | 2; a = 3 ~ 1; a = 1 << 33
local a = 1 & 3; a = 1 | 2; a = 3 ~ 1; a = 1 << 33; a = -1 >> 4; a = -16 ~>> 2; a = ~5; a = 1.5 | 0; a = 2^40 | 1; a = 1e300 | 0; a = 2.5 | 0; a = 3.5 | 0
--- 39 local a; local b = a & 1; b = 1 & a; b = a | a & a
local a; local b = a & 1; b = 1 & a; b = a | a & a ~ a; b = a << 1 + 2; b = a & 2 == 0
--- 40 local a = 1 & 2 == 0
local a = 1 & 2 == 0
--- 41 local a = ~1LL; a = 1LL + 2LL; a = 1ULL << 3; a = 
local a = ~1LL; a = 1LL + 2LL; a = 1ULL << 3; a = 2LL ^ 3LL
--- 42 local a = x ?? y; a = x ?? 1; a = 1 ?? x; a = nil 
local a = x ?? y; a = x ?? 1; a = 1 ?? x; a = nil ?? x; a = x ?? y ?? z; a = x or y ?? z; a = x ?? y and z
--- 43 local a, b; local c = a ?? b; a = a ?? b; return a
local a, b; local c = a ?? b; a = a ?? b; return a ?? b
--- 44 local a = x ? y : z; a = x ? 1 : 2; a = x ? y : z 
local a = x ? y : z; a = x ? 1 : 2; a = x ? y : z ? w : v; a = x == y ? 1 : 2; a = x and y ? 1 : 2
--- 45 local a, b; a = a ? b : 1; return a ? b : a
local a, b; a = a ? b : 1; return a ? b : a
--- 46 local a = (x ? y : z) + 1; a = x ? (y ? 1 : 2) : 3
local a = (x ? y : z) + 1; a = x ? (y ? 1 : 2) : 3; a = true ? 1 : 2; a = nil ? 1 : 2
--- 47 f(x ? y : z, x ?? y)
f(x ? y : z, x ?? y)
--- 48 local a = !x; a = x && y || z; a = x != y; if !x t
local a = !x; a = x && y || z; a = x != y; if !x then end
--- 49 local a = x != y && !z
local a = x != y && !z
--- 50 local a = -x ^ 2; a = 2 ^ -x; a = -2 ^ 2; a = 2 ^ 
local a = -x ^ 2; a = 2 ^ -x; a = -2 ^ 2; a = 2 ^ 3 ^ 2
--- 51 local a = 2^53 + 1; a = 1/3; a = 10 % 3.5; a = -2 
local a = 2^53 + 1; a = 1/3; a = 10 % 3.5; a = -2 % 3; a = 2 % -3; a = 5.5 % -2
--- 52 local a = 0.1 + x; a = x * 0.1; a = 0.1 * 0.2
local a = 0.1 + x; a = x * 0.1; a = 0.1 * 0.2
--- 53 local a, b, c; a = a + b + c; a = a .. b .. c; a =
local a, b, c; a = a + b + c; a = a .. b .. c; a = b - (c - a)
--- 54 local a; a = a + 1; a = -a; a = #a; a = a.b; a = a
local a; a = a + 1; a = -a; a = #a; a = a.b; a = a[a]; a = not a
--- 55 local a = "10" + 1; a = "a" + 1
local a = "10" + 1; a = "a" + 1
--- 56 local t = {}; t.x = t.x + 1; t[1] = t[1] + t[2]
local t = {}; t.x = t.x + 1; t[1] = t[1] + t[2]
--- 57 a.b.c = a.b.c + 1
a.b.c = a.b.c + 1
--- 58 local a = (x or y) .. (z and w)
local a = (x or y) .. (z and w)
--- 59 local a = x .. (y or "d") .. z
local a = x .. (y or "d") .. z
--- 60 local a = #"abc"; a = #{1,2}; a = -{}; a = not {};
local a = #"abc"; a = #{1,2}; a = -{}; a = not {}; a = not function() end
--- 61 local a = {} == {}; a = {} .. {}; a = function() e
local a = {} == {}; a = {} .. {}; a = function() end == f
--- 62 local a = 1; local b = 2; local c = a == b == true
local a = 1; local b = 2; local c = a == b == true; c = (a < b) == (b < a)
--- 63 local a = x == nil or x == false; a = x == nil and
local a = x == nil or x == false; a = x == nil and 1 or 2
--- 64 local a = not (x == y); a = not (x < y); a = not (
local a = not (x == y); a = not (x < y); a = not (x and not y); a = not nil == x
--- 65 return not (x or y), not (x and y)
return not (x or y), not (x and y)
--- 66 local a = ((x)); a = ((x or y)); a = (x == y); a =
local a = ((x)); a = ((x or y)); a = (x == y); a = -(x or y)
--- 67 local a = (f or g)(1); a = (f and g).x; a = (x or 
local a = (f or g)(1); a = (f and g).x; a = (x or y)[1]; (x or y).z = 1
