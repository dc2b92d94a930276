--- 1 ====
====
local a = 1
--- 2 local a, b, c = nil, true, false
local a, b, c = nil, true, false
--- 3 local a, b, c
local a, b, c
--- 4 local a; local b; local c
local a; local b; local c
--- 5 local a = nil; local b = nil
local a = nil; local b = nil
--- 6 local a = 32767; local b = 32768; local c = -32768
local a = 32767; local b = 32768; local c = -32768; local d = -32769
--- 7 local a = 0.5; local b = 0.5; local c = 1e300; loc
local a = 0.5; local b = 0.5; local c = 1e300; local d = -0.5
--- 8 local a = -0; local b = 0; local c = -0.0
local a = -0; local b = 0; local c = -0.0
--- 9 local a = "x"; local b = 'x'; local c = [[x]]; loc
local a = "x"; local b = 'x'; local c = [[x]]; local d = "y"
--- 10 local a = "a string that is longer than forty char
local a = "a string that is longer than forty characters for sure"; local b = "exactly forty characters, not one more.."
--- 11 local a = "tab\tnl\ncr\r\0nul\127del\200high"
local a = "tab\tnl\ncr\r\0nul\127del\200high"
--- 12 local a = 1LL; local b = 2ULL; local c = 3i; local
local a = 1LL; local b = 2ULL; local c = 3i; local d = 1LL
--- 13 local a = -1LL; local b = - -2ULL; local c = -3i; 
local a = -1LL; local b = - -2ULL; local c = -3i; local d = not 1LL; local e = #1LL
--- 14 local a = 0x7fffffff; local b = 0xffffffff; local 
local a = 0x7fffffff; local b = 0xffffffff; local c = 0b101; local d = 1_000; local e = 0x1p4
--- 15 local a = 1e999; local b = -1e999; local c = 1e308
local a = 1e999; local b = -1e999; local c = 1e308 * 10
--- 16 return nil
return nil
--- 17 return true
return true
--- 18 return "x"
return "x"
--- 19 return 1, 2, 3
return 1, 2, 3
--- 20 x = nil; y = true; z = "s"; w = 42; v = 1.5
x = nil; y = true; z = "s"; w = 42; v = 1.5
--- 21 local a, b = 1
local a, b = 1
--- 22 local a, b = 1, 2, 3
local a, b = 1, 2, 3
--- 23 local a = 1 local b = a local c = b
local a = 1 local b = a local c = b
--- 24 do local a = nil end local b
do local a = nil end local b
--- 25 local a, b if a then end local c
local a, b if a then end local c
--- 26 local a <const> = 1
local a <const> = 1
--- 27 local x = ...
local x = ...
--- 28 local x, y = ...
local x, y = ...
--- 29 local x, y = 1, ...
local x, y = 1, ...
--- 30 local x, y, z = ..., 1
local x, y, z = ..., 1
--- 31 return ...
return ...
--- 32 return 1, ...
return 1, ...
--- 33 return (...)
return (...)
--- 34 print(...)
print(...)
--- 35 print((...))
print((...))
--- 36 print(1, ...)
print(1, ...)
--- 37 x = ...
x = ...
--- 38 x, y = ...
x, y = ...
--- 39 x, y = ..., 1
x, y = ..., 1
--- 40 local a = {...}
local a = {...}
--- 41 local t = {1, ..., 2}
local t = {1, ..., 2}
--- 42 local a = "x" == "x"; local b = 1 == 1; local c = 
local a = "x" == "x"; local b = 1 == 1; local c = nil == nil
--- 43 local a; local t = {a, a, nil, a}
local a; local t = {a, a, nil, a}
