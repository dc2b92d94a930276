--- 1 goto a f() ::a:: g()
goto a f() ::a:: g()
--- 2 ::a:: f() goto a
::a:: f() goto a
--- 3 ::a:: goto a
::a:: goto a
--- 4 do goto a end f() ::a::
do goto a end f() ::a::
--- 5 do ::a:: f() goto a end
do ::a:: f() goto a end
--- 6 while x do if y then goto continue end f() ::conti
while x do if y then goto continue end f() ::continue:: end
--- 7 for i = 1, 3 do if y then goto next end f() ::next
for i = 1, 3 do if y then goto next end f() ::next:: end
--- 8 repeat if x then goto l end f() ::l:: until y
repeat if x then goto l end f() ::l:: until y
--- 9 repeat if x then goto l end local a ::l:: until y
repeat if x then goto l end local a ::l:: until y
--- 10 goto a local x ::a::
goto a local x ::a::
--- 11 goto a local x ::a:: f()
goto a local x ::a:: f()
--- 12 goto a do local x end ::a:: f()
goto a do local x end ::a:: f()
--- 13 do goto a local x ::a:: end
do goto a local x ::a:: end
--- 14 do goto a local x ::a:: ; end
do goto a local x ::a:: ; end
--- 15 do goto a local x ::a:: ::b:: end
do goto a local x ::a:: ::b:: end
--- 16 do goto a local x f() ::a:: end
do goto a local x f() ::a:: end
--- 17 goto nowhere
goto nowhere
--- 18 do goto a end do ::a:: end
do goto a end do ::a:: end
--- 19 ::a:: ::a::
::a:: ::a::
--- 20 ::a:: do ::a:: end
::a:: do ::a:: end
--- 21 do ::a:: end ::a::
do ::a:: end ::a::
--- 22 ::a:: do goto a end
::a:: do goto a end
--- 23 ::a:: local x = 1 goto a
::a:: local x = 1 goto a
--- 24 ::a:: local x = 1 local f = function() return x en
::a:: local x = 1 local f = function() return x end goto a
--- 25 ::a:: do local x = 1 local f = function() return x
::a:: do local x = 1 local f = function() return x end goto a end
--- 26 do local x = 1 local f = function() return x end g
do local x = 1 local f = function() return x end goto a end ::a:: g()
--- 27 while x do local a = 1 local f = function() return
while x do local a = 1 local f = function() return a end goto out end ::out::
--- 28 while x do while y do goto out end end ::out:: f()
while x do while y do goto out end end ::out:: f()
--- 29 for i = 1, 2 do for j = 1, 2 do if x then goto out
for i = 1, 2 do for j = 1, 2 do if x then goto out end end end ::out::
--- 30 for i = 1, 2 do for j = 1, 2 do local f = function
for i = 1, 2 do for j = 1, 2 do local f = function() return i, j end if x then goto out end end end ::out::
--- 31 goto f local function g() end ::f::
goto f local function g() end ::f::
--- 32 goto f local a, b = 1, 2 ::f:: g()
goto f local a, b = 1, 2 ::f:: g()
--- 33 local function f() goto out end ::out::
local function f() goto out end ::out::
--- 34 if x then goto a else goto b end ::a:: f() ::b:: g
if x then goto a else goto b end ::a:: f() ::b:: g()
--- 35 ::top:: if x then goto top end f() goto top
::top:: if x then goto top end f() goto top
--- 36 goto a goto a ::a::
goto a goto a ::a::
--- 37 goto goto ::goto:: f()
goto goto ::goto:: f()
--- 38 local goto = 1 goto = goto + 1
local goto = 1 goto = goto + 1
--- 39 continue = 1 continue(2) const = 3
continue = 1 continue(2) const = 3
--- 40 const x = 1 f(x)
const x = 1 f(x)
--- 41 ::a:: f() if x then goto b end goto a ::b::
::a:: f() if x then goto b end goto a ::b::
--- 42 do local a goto l; local b = function() return a e
do local a goto l; local b = function() return a end ::l:: end
--- 43 local a ::l:: local b = function() return a end go
local a ::l:: local b = function() return a end goto l
--- 44 local a do ::l:: local b = function() return b end
local a do ::l:: local b = function() return b end goto l end
--- 45 while true do goto l ::l:: break end
while true do goto l ::l:: break end
--- 46 do goto l end ::l:: do goto m end ::m:: f()
do goto l end ::l:: do goto m end ::m:: f()
--- 47 return ::l::
return ::l::
--- 48 ::l:: return
::l:: return
--- 49 goto l; ::l:: return 1
goto l; ::l:: return 1
