-- A number is indexed.
local x = 5
print(x.y)
