-- An assignment into nil.
local t = {}
t.a = {}
t.a.b = 1
t.c.d = 2
