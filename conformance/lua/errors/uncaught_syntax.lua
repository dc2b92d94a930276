-- A script that does not compile.
print("never printed")
local x = = 2
