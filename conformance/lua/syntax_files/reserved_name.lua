-- A keyword as a name.
local end = 5
print(end)
