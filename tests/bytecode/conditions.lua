--- 1 if x then f() end
if x then f() end
--- 2 if x then f() else g() end
if x then f() else g() end
--- 3 if x then f() elseif y then g() else h() end
if x then f() elseif y then g() else h() end
--- 4 if x then f() elseif y then g() elseif z then h() 
if x then f() elseif y then g() elseif z then h() end
--- 5 if not x then f() end
if not x then f() end
--- 6 if not not x then f() end
if not not x then f() end
--- 7 if x == 1 then f() end
if x == 1 then f() end
--- 8 if x ~= "a" then f() elseif x == nil then g() end
if x ~= "a" then f() elseif x == nil then g() end
--- 9 if x < y then f() end if x > y then f() end if x <
if x < y then f() end if x > y then f() end if x <= y then f() end if x >= y then f() end
--- 10 if not (x < y) then f() end
if not (x < y) then f() end
--- 11 if x and y then f() end
if x and y then f() end
--- 12 if x or y then f() end
if x or y then f() end
--- 13 if x and y or z then f() end
if x and y or z then f() end
--- 14 if (x or y) and (z or w) then f() end
if (x or y) and (z or w) then f() end
--- 15 if x and (y or z) and not w then f() else g() end
if x and (y or z) and not w then f() else g() end
--- 16 if true then f() end
if true then f() end
--- 17 if false then f() end
if false then f() end
--- 18 if nil then f() end
if nil then f() end
--- 19 if 1 then f() else g() end
if 1 then f() else g() end
--- 20 if nil and x then f() end
if nil and x then f() end
--- 21 if false or x then f() end
if false or x then f() end
--- 22 if true and x then f() end
if true and x then f() end
--- 23 if true or x then f() else g() end
if true or x then f() else g() end
--- 24 if "x" then f() end if not "x" then g() end if {} 
if "x" then f() end if not "x" then g() end if {} then h() end if not {} then h() end
--- 25 if f() then g() end
if f() then g() end
--- 26 if not f() then g() end
if not f() then g() end
--- 27 if f() and g() or h() then i() end
if f() and g() or h() then i() end
--- 28 local a, b; if a then b = 1 end if b then a = 2 el
local a, b; if a then b = 1 end if b then a = 2 else a = 3 end
--- 29 local a, b; if a == b then return end
local a, b; if a == b then return end
--- 30 local a, b; if a == b then return a end return b
local a, b; if a == b then return a end return b
--- 31 local a; if a then return 1 else return 2 end
local a; if a then return 1 else return 2 end
--- 32 local a; if a then local b = 1 else local c = 2 en
local a; if a then local b = 1 else local c = 2 end local d
--- 33 if x then else end
if x then else end
--- 34 if x then elseif y then else end
if x then elseif y then else end
--- 35 if x then if y then f() else g() end else h() end
if x then if y then f() else g() end else h() end
--- 36 if x then if y then f() end end g()
if x then if y then f() end end g()
--- 37 local a if a ~= nil and a ~= false then f() end
local a if a ~= nil and a ~= false then f() end
--- 38 local a = x if a.b and a.b.c == 1 then f() end
local a = x if a.b and a.b.c == 1 then f() end
--- 39 if x == (y == z) then f() end
if x == (y == z) then f() end
--- 40 if (x == y) == z then f() end
if (x == y) == z then f() end
--- 41 if (x and y) == z then f() end
if (x and y) == z then f() end
--- 42 if x then return end
if x then return end
--- 43 if x then return f() end return g()
if x then return f() end return g()
--- 44 do if x then return end end
do if x then return end end
--- 45 if ... then f() end
if ... then f() end
--- 46 if (...) then f() end
if (...) then f() end
--- 47 if x.y then f() end if not x.y then f() end if x[1
if x.y then f() end if not x.y then f() end if x[1] then g() end
--- 48 if 1LL then f() end
if 1LL then f() end
--- 49 if x ?? y then f() end
if x ?? y then f() end
--- 50 if x ? y : z then f() end
if x ? y : z then f() end
--- 51 if x?.y then f() end
if x?.y then f() end
--- 52 if -x then f() end if #x == 0 then g() end if x + 
if -x then f() end if #x == 0 then g() end if x + 1 > y then h() end
--- 53 if function() end then f() end
if function() end then f() end
--- 54 local t = {}; if t then t = nil end if t == nil th
local t = {}; if t then t = nil end if t == nil then t = 1 end
--- 55 if x or true then f() end if x and false then g() 
if x or true then f() end if x and false then g() else h() end if x and nil then i() end
--- 56 local a = 1 if a then a = nil end local b if b the
local a = 1 if a then a = nil end local b if b then end
--- 57 while x do if y then break end end
while x do if y then break end end
--- 58 if not x and not y then f() end if not (x or y) th
if not x and not y then f() end if not (x or y) then g() end
--- 59 if x and y and z then f() end if x or y or z then 
if x and y and z then f() end if x or y or z then g() end
--- 60 local a = x if a == 1 or a == 2 or a == "3" then f
local a = x if a == 1 or a == 2 or a == "3" then f() end
