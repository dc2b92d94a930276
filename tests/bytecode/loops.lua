--- 1 while x do f() end
while x do f() end
--- 2 while true do f() end
while true do f() end
--- 3 while true do end
while true do end
--- 4 while false do f() end
while false do f() end
--- 5 while nil do f() end
while nil do f() end
--- 6 while 1 do if x then break end end
while 1 do if x then break end end
--- 7 while x and y do f() end
while x and y do f() end
--- 8 while x or y do f() end
while x or y do f() end
--- 9 while not x do f() end
while not x do f() end
--- 10 while x < y do x = x + 1 end
while x < y do x = x + 1 end
--- 11 while f() do g() end
while f() do g() end
--- 12 local i = 1 while i < 10 do i = i + 1 end
local i = 1 while i < 10 do i = i + 1 end
--- 13 while x do local a = 1 local f = function() return
while x do local a = 1 local f = function() return a end end
--- 14 while x do local a = 1 local f = function() return
while x do local a = 1 local f = function() return a end if y then break end end
--- 15 while x do local a = 1 local f = function() return
while x do local a = 1 local f = function() return a end if y then break end g() end
--- 16 while x do while y do break end break end
while x do while y do break end break end
--- 17 while x do if y then continue end f() end
while x do if y then continue end f() end
--- 18 while x do local a; if y then continue end f(a) en
while x do local a; if y then continue end f(a) end
--- 19 while x do local a; local f = function() return a 
while x do local a; local f = function() return a end; if y then continue end f(a) end
--- 20 repeat f() until x
repeat f() until x
--- 21 repeat until x
repeat until x
--- 22 repeat f() until true
repeat f() until true
--- 23 repeat f() until false
repeat f() until false
--- 24 repeat f() until nil
repeat f() until nil
--- 25 repeat local a = f() until a
repeat local a = f() until a
--- 26 repeat local a = f() until a == 1 or a == 2
repeat local a = f() until a == 1 or a == 2
--- 27 repeat local a = 1 local f = function() return a e
repeat local a = 1 local f = function() return a end until a
--- 28 repeat local a = 1 local f = function() return a e
repeat local a = 1 local f = function() return a end until f()
--- 29 repeat local a = 1 local f = function() return a e
repeat local a = 1 local f = function() return a end if x then break end until a
--- 30 repeat if x then break end until y
repeat if x then break end until y
--- 31 repeat if x then continue end f() until y
repeat if x then continue end f() until y
--- 32 repeat local a; if x then continue end until a
repeat local a; if x then continue end until a
--- 33 repeat if x then continue end local a; until a
repeat if x then continue end local a; until a
--- 34 repeat if x then continue end local a; until y
repeat if x then continue end local a; until y
--- 35 repeat repeat until x until y
repeat repeat until x until y
--- 36 for i = 1, 10 do f(i) end
for i = 1, 10 do f(i) end
--- 37 for i = 1, 10, 2 do f(i) end
for i = 1, 10, 2 do f(i) end
--- 38 for i = 10, 1, -1 do f(i) end
for i = 10, 1, -1 do f(i) end
--- 39 for i = a, b, c do f(i) end
for i = a, b, c do f(i) end
--- 40 for i = 1, #t do f(t[i]) end
for i = 1, #t do f(t[i]) end
--- 41 for i = f(), g(), h() do end
for i = f(), g(), h() do end
--- 42 for i = 1, 2 do end
for i = 1, 2 do end
--- 43 for i = 1, 2 do break end
for i = 1, 2 do break end
--- 44 for i = 1, 2 do if x then break end end
for i = 1, 2 do if x then break end end
--- 45 for i = 1, 2 do if x then continue end f() end
for i = 1, 2 do if x then continue end f() end
--- 46 for i = 1, 2 do local a = i; if x then continue en
for i = 1, 2 do local a = i; if x then continue end f(a) end
--- 47 for i = 1, 2 do local f = function() return i end 
for i = 1, 2 do local f = function() return i end end
--- 48 for i = 1, 2 do local f = function() i = i + 1 end
for i = 1, 2 do local f = function() i = i + 1 end end
--- 49 for i = 1, 2 do local f = function() return i end 
for i = 1, 2 do local f = function() return i end if x then break end end
--- 50 for i = 1, 2 do local f = function() return i end 
for i = 1, 2 do local f = function() return i end if x then continue end g() end
--- 51 for i = 1, 2 do for j = 1, 2 do f(i, j) end end
for i = 1, 2 do for j = 1, 2 do f(i, j) end end
--- 52 for i = 1, 2 do i = i + 1 end
for i = 1, 2 do i = i + 1 end
--- 53 local a; for i = 1, a do a = i end return a
local a; for i = 1, a do a = i end return a
--- 54 for i = 1, 2 do return i end
for i = 1, 2 do return i end
--- 55 for i = x.y, z.w do end
for i = x.y, z.w do end
--- 56 for i = "1", "2" do end
for i = "1", "2" do end
--- 57 for k, v in pairs(t) do f(k, v) end
for k, v in pairs(t) do f(k, v) end
--- 58 for k, v in next, t do f(k, v) end
for k, v in next, t do f(k, v) end
--- 59 for k, v in next, t, nil do f(k, v) end
for k, v in next, t, nil do f(k, v) end
--- 60 for k in pairs(t) do f(k) end
for k in pairs(t) do f(k) end
--- 61 for i, v in ipairs(t) do f(i, v) end
for i, v in ipairs(t) do f(i, v) end
--- 62 for a, b, c in f() do end
for a, b, c in f() do end
--- 63 for a, b, c in pairs(t) do end
for a, b, c in pairs(t) do end
--- 64 for a in f do end
for a in f do end
--- 65 for a in f, g, h do end
for a in f, g, h do end
--- 66 for a in f, g, h, i do end
for a in f, g, h, i do end
--- 67 for a in f(), g() do end
for a in f(), g() do end
--- 68 for a in x.y.z(1) do end
for a in x.y.z(1) do end
--- 69 for l in io.lines() do f(l) end
for l in io.lines() do f(l) end
--- 70 local pairs = pairs for k, v in pairs(t) do end
local pairs = pairs for k, v in pairs(t) do end
--- 71 local next = next for k, v in next, t do end
local next = next for k, v in next, t do end
--- 72 local next, t = next, {} for k, v in next, t do en
local next, t = next, {} for k, v in next, t do end
--- 73 local pairs = pairs local function f(t) for k, v i
local pairs = pairs local function f(t) for k, v in pairs(t) do end end
--- 74 local p = pairs for k, v in p(t) do end
local p = pairs for k, v in p(t) do end
--- 75 local t = {} for k, v in t.pairs(t) do end
local t = {} for k, v in t.pairs(t) do end
--- 76 for k, v in pairs(t) do if k then break end end
for k, v in pairs(t) do if k then break end end
--- 77 for k, v in pairs(t) do if k then continue end f(k
for k, v in pairs(t) do if k then continue end f(k) end
--- 78 for k, v in pairs(t) do local f = function() retur
for k, v in pairs(t) do local f = function() return k, v end end
--- 79 for k, v in pairs(t) do local f = function() retur
for k, v in pairs(t) do local f = function() return k, v end if x then break end end
--- 80 for k, v in pairs(t) do local f = function() retur
for k, v in pairs(t) do local f = function() return k, v end if x then continue end g() end
--- 81 for k, v in pairs(t) do return k end
for k, v in pairs(t) do return k end
--- 82 for k, v in (pairs(t)) do end
for k, v in (pairs(t)) do end
--- 83 for k, v in ... do end
for k, v in ... do end
--- 84 for _ in f do for _ in g do end end
for _ in f do for _ in g do end end
--- 85 for i = 1, 2 do while x do repeat break until y en
for i = 1, 2 do while x do repeat break until y end end
--- 86 for i = 1, 10 do do local x = i end end
for i = 1, 10 do do local x = i end end
--- 87 local a for i = 1, 10 do local b = a local c = b e
local a for i = 1, 10 do local b = a local c = b end
--- 88 while x do local a = 1 end local b
while x do local a = 1 end local b
--- 89 for i = 1, 2 do if i == 1 then f() else g() end en
for i = 1, 2 do if i == 1 then f() else g() end end
--- 90 while a.b do a = a.b end
while a.b do a = a.b end
--- 91 while x == nil do f() end while x ~= 1 do f() end
while x == nil do f() end while x ~= 1 do f() end
--- 92 for i = 1, 3 do local t = {} t[i] = function() ret
for i = 1, 3 do local t = {} t[i] = function() return t, i end end
--- 93 for i = nil, 1 do end
for i = nil, 1 do end
--- 94 for i = 1LL, 2LL do end
for i = 1LL, 2LL do end
--- 95 while ... do f() end repeat until ...
while ... do f() end repeat until ...
--- 96 break
break
--- 97 do break end
do break end
--- 98 while x do local function f() break end end
while x do local function f() break end end
--- 99 if x then continue end
if x then continue end
--- 100 for i = 1, 2 do local function f() continue end en
for i = 1, 2 do local function f() continue end end
--- 101 while x do f() break end
while x do f() break end
--- 102 while x do do break end f() end
while x do do break end f() end
--- 103 while x do if y then f() continue end g() end
while x do if y then f() continue end g() end
--- 104 while x ?? y do f() end while x ? y : z do g() end
while x ?? y do f() end while x ? y : z do g() end
--- 105 for i = 1, 2 do local a if i then local b = functi
for i = 1, 2 do local a if i then local b = function() return a end break end local c = function() return a end end
