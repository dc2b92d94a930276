--- 1 x = 1
x = 1
--- 2 x = y
x = y
--- 3 x, y = 1, 2
x, y = 1, 2
--- 4 x, y = y, x
x, y = y, x
--- 5 x, y, z = 1
x, y, z = 1
--- 6 x, y = 1, 2, 3
x, y = 1, 2, 3
--- 7 x, y = nil
x, y = nil
--- 8 local a, b; a, b = b, a
local a, b; a, b = b, a
--- 9 local a, b, c; a, b, c = c, a, b
local a, b, c; a, b, c = c, a, b
--- 10 local a, b, c; a, b, c = 1
local a, b, c; a, b, c = 1
--- 11 local a; a = a
local a; a = a
--- 12 local a; a = 1; a = nil; a = "x"; a = true; a = 1.
local a; a = 1; a = nil; a = "x"; a = true; a = 1.5; a = x; a = x.y; a = f()
--- 13 local t, i; t[i], i = 1, 2
local t, i; t[i], i = 1, 2
--- 14 local t, i; i, t[i] = 1, 2
local t, i; i, t[i] = 1, 2
--- 15 local t, i; t[i], t = 1, 2
local t, i; t[i], t = 1, 2
--- 16 local t, i; t[i], t, i = 1, 2, 3
local t, i; t[i], t, i = 1, 2, 3
--- 17 local t, i; t.x, t = 1, 2
local t, i; t.x, t = 1, 2
--- 18 local t, i; t[1], t[2] = t[2], t[1]
local t, i; t[1], t[2] = t[2], t[1]
--- 19 local t; t, t.x = 1, 2
local t; t, t.x = 1, 2
--- 20 local t; t.x.y, t = 1, 2
local t; t.x.y, t = 1, 2
--- 21 local t, i; t[i], t[i + 1], i = 1, 2, 3
local t, i; t[i], t[i + 1], i = 1, 2, 3
--- 22 t[i], i = 1, 2
t[i], i = 1, 2
--- 23 a.b, c.d = e.f, g.h
a.b, c.d = e.f, g.h
--- 24 a.b.c, d[e][f] = 1, 2
a.b.c, d[e][f] = 1, 2
--- 25 a[f()] = g()
a[f()] = g()
--- 26 a[f()], b[g()] = h(), i()
a[f()], b[g()] = h(), i()
--- 27 a[b.c] = d.e
a[b.c] = d.e
--- 28 f().x = 1
f().x = 1
--- 29 f()[1], g().y = 1, 2
f()[1], g().y = 1, 2
--- 30 local a, b, c; a, b, c = f()
local a, b, c; a, b, c = f()
--- 31 local a, b, c; a, b, c = 1, f()
local a, b, c; a, b, c = 1, f()
--- 32 local a, b, c; a, b, c = ...
local a, b, c; a, b, c = ...
--- 33 local a, b; a, b = f(), g()
local a, b; a, b = f(), g()
--- 34 local a, b; a.x, b.y = f()
local a, b; a.x, b.y = f()
--- 35 local a, b; a, b = a + b, a - b
local a, b; a, b = a + b, a - b
--- 36 local a; a = a + 1; a = 1 + a; a = a .. "x"
local a; a = a + 1; a = 1 + a; a = a .. "x"
--- 37 local a = 1; do local a = a; a = a end
local a = 1; do local a = a; a = a end
--- 38 local a = 1; local a = a + 1; a = a
local a = 1; local a = a + 1; a = a
--- 39 local function f() x = 1 end
local function f() x = 1 end
--- 40 local a; local function f() a = 1; a = "s"; a = ni
local a; local function f() a = 1; a = "s"; a = nil; a = true; a = 1.5; a = a + 1; a = x; a = f() end
--- 41 local a, b; local function f() a, b = b, a end
local a, b; local function f() a, b = b, a end
--- 42 local a, b; local function f() a, b = 1 end
local a, b; local function f() a, b = 1 end
--- 43 x += 1
x += 1
--- 44 x -= 1 x *= 2 x /= 2 x %= 3 x ..= "s" x &= 1 x |= 
x -= 1 x *= 2 x /= 2 x %= 3 x ..= "s" x &= 1 x |= 2 x ~= 3 x <<= 1 x >>= 1 x ~>>= 1
--- 45 local a, b; a += 1; a -= b; a *= a; a ..= b; a ..=
local a, b; a += 1; a -= b; a *= a; a ..= b; a ..= "x" .. b; a &= b
--- 46 t.x += 1
t.x += 1
--- 47 t[i] += 1
t[i] += 1
--- 48 t[f()] += g()
t[f()] += g()
--- 49 t.x.y.z ..= "s"
t.x.y.z ..= "s"
--- 50 local t, i; t.x += 1; t[i] += t[i]; t[1] -= i; t[i
local t, i; t.x += 1; t[i] += t[i]; t[1] -= i; t[i] ..= t
--- 51 local a; local function f() a += 1; a ..= "x" end
local a; local function f() a += 1; a ..= "x" end
--- 52 f().x += 1
f().x += 1
--- 53 a.b[c.d] *= e.f
a.b[c.d] *= e.f
--- 54 x += y ? 1 : 2
x += y ? 1 : 2
--- 55 x += f()
x += f()
--- 56 x ..= f() .. g()
x ..= f() .. g()
--- 57 x += y and z
x += y and z
--- 58 local a; a += a ?? 1
local a; a += a ?? 1
--- 59 t?.x = 1
t?.x = 1
--- 60 t?.x.y = f()
t?.x.y = f()
--- 61 t?.[i] += 1
t?.[i] += 1
--- 62 local t; t?.x = t; t.x?.y = 1
local t; t?.x = t; t.x?.y = 1
--- 63 local a <close> = 1
local a <close> = 1
--- 64 x.y, x.z, x.w = f()
x.y, x.z, x.w = f()
--- 65 x, y.z, w[1] = ...
x, y.z, w[1] = ...
--- 66 x, y = (f())
x, y = (f())
--- 67 x = {} y = function() end z = x -> x
x = {} y = function() end z = x -> x
--- 68 x = a == b
x = a == b
--- 69 x, y = a == b, not a
x, y = a == b, not a
--- 70 local a; a = a == b; a = a and b; a = a or b; a = 
local a; a = a == b; a = a and b; a = a or b; a = not a; a = a and a.b
--- 71 local a, b = x; local c, d = a, b
local a, b = x; local c, d = a, b
--- 72 local a, b = x == y, x < y
local a, b = x == y, x < y
--- 73 local a, b, c, d, e; a.b, c[d], e = 1, 2
local a, b, c, d, e; a.b, c[d], e = 1, 2
--- 74 local a, b; a[b], b[a] = b, a
local a, b; a[b], b[a] = b, a
--- 75 local a, b; a[b], b, a = a, b, 1
local a, b; a[b], b, a = a, b, 1
--- 76 x = y = 1
x = y = 1
