-- A keyword as a field.
local t = {}
t.end = 1
