--- 1 local a = t?.x
local a = t?.x
--- 2 local a = t?.x.y
local a = t?.x.y
--- 3 local a = t?.x.y.z
local a = t?.x.y.z
--- 4 local a = t?.x?.y
local a = t?.x?.y
--- 5 local a = t.x?.y?.z
local a = t.x?.y?.z
--- 6 local a = t?.[1]
local a = t?.[1]
--- 7 local a = t?.[i]
local a = t?.[i]
--- 8 local a = t?.[f()]
local a = t?.[f()]
--- 9 local a = t?.:m()
local a = t?.:m()
--- 10 local a = t:m?.()
local a = t:m?.()
--- 11 local a = t?.:m?.(1)
local a = t?.:m?.(1)
--- 12 local a = f?.()
local a = f?.()
--- 13 local a = f?.(1, 2)
local a = f?.(1, 2)
--- 14 local a = f?.(g())
local a = f?.(g())
--- 15 local a = f?.().x
local a = f?.().x
--- 16 local a = f?.()?.x
local a = f?.()?.x
--- 17 local a = f?.()?.()
local a = f?.()?.()
--- 18 local a, b = f?.()
local a, b = f?.()
--- 19 local a, b, c = f?.(1)
local a, b, c = f?.(1)
--- 20 local a, b, c = 1, f?.(1)
local a, b, c = 1, f?.(1)
--- 21 local a = f?.(), 1
local a = f?.(), 1
--- 22 a = f?.()
a = f?.()
--- 23 a, b = f?.()
a, b = f?.()
--- 24 a, b = f?.(), g?.()
a, b = f?.(), g?.()
--- 25 f?.()
f?.()
--- 26 f?.(x, y)
f?.(x, y)
--- 27 t?.x()
t?.x()
--- 28 t?.x?.()
t?.x?.()
--- 29 t?.:m()
t?.:m()
--- 30 t:m?.()
t:m?.()
--- 31 t?.:m?.():n()
t?.:m?.():n()
--- 32 t?.x:m()
t?.x:m()
--- 33 t.x?.y:m(1).z()
t.x?.y:m(1).z()
--- 34 return t?.x
return t?.x
--- 35 return f?.()
return f?.()
--- 36 return f?.(), 1
return f?.(), 1
--- 37 return 1, f?.()
return 1, f?.()
--- 38 return t?.:m()
return t?.:m()
--- 39 f(t?.x)
f(t?.x)
--- 40 f(t?.x, g?.())
f(t?.x, g?.())
--- 41 f(g?.())
f(g?.())
--- 42 f(1, g?.(), 2)
f(1, g?.(), 2)
--- 43 f(t?.x.y, 1)
f(t?.x.y, 1)
--- 44 local t; local a = t?.x; a = t?.x?.y; a = t?.[a]; 
local t; local a = t?.x; a = t?.x?.y; a = t?.[a]; a = a?.x; t = t?.x
--- 45 local f; local a = f?.(); a = f?.(a); f?.()
local f; local a = f?.(); a = f?.(a); f?.()
--- 46 local t = {f?.()}
local t = {f?.()}
--- 47 local t = {a?.b, c?.d, x = e?.f, f?.()}
local t = {a?.b, c?.d, x = e?.f, f?.()}
--- 48 local a = t?.x + 1
local a = t?.x + 1
--- 49 local a = t?.x ?? 1
local a = t?.x ?? 1
--- 50 local a = (t?.x).y
local a = (t?.x).y
--- 51 local a = t?.x == nil
local a = t?.x == nil
--- 52 local a = t?.x and t?.y
local a = t?.x and t?.y
--- 53 local a = not t?.x
local a = not t?.x
--- 54 local a = #t?.x
local a = #t?.x
--- 55 if t?.x then f() end if t?.x == 1 then g() end
if t?.x then f() end if t?.x == 1 then g() end
--- 56 while t?.x do f() end
while t?.x do f() end
--- 57 for k, v in pairs(t?.x) do end
for k, v in pairs(t?.x) do end
--- 58 for k, v in f?.() do end
for k, v in f?.() do end
--- 59 t?.x = 1
t?.x = 1
--- 60 t?.x.y = 1
t?.x.y = 1
--- 61 t.x?.y = 1
t.x?.y = 1
--- 62 t?.[i] = f()
t?.[i] = f()
--- 63 t?.x += 1
t?.x += 1
--- 64 t?.x?.y ..= "s"
t?.x?.y ..= "s"
--- 65 t?.x, y = 1, 2
t?.x, y = 1, 2
--- 66 t?.f().x = 1
t?.f().x = 1
--- 67 x ? f?.() : g?.()
x ? f?.() : g?.()
--- 68 local a = x ? f?.() : g?.()
local a = x ? f?.() : g?.()
--- 69 local a = x ? t?.x : (t:m())
local a = x ? t?.x : (t:m())
--- 70 local a = x ? (t:m()) : t:n()
local a = x ? (t:m()) : t:n()
--- 71 local a = x ? t?.x.y : z?.w
local a = x ? t?.x.y : z?.w
--- 72 local a = (f?.())
local a = (f?.())
--- 73 local a = f?.() .. g?.()
local a = f?.() .. g?.()
--- 74 local a = t?.x[t?.y]
local a = t?.x[t?.y]
--- 75 local a = f(t?.x)?.y(z?.w)
local a = f(t?.x)?.y(z?.w)
--- 76 local a = t?.x "s"
local a = t?.x "s"
--- 77 local a = t?.x {1}
local a = t?.x {1}
--- 78 t?.x "s"
t?.x "s"
--- 79 local f = x -> x?.y
local f = x -> x?.y
--- 80 local f = x -> x?.()
local f = x -> x?.()
--- 81 local a = t?.x < 1
local a = t?.x < 1
