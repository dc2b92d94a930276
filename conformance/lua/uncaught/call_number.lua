-- A number is called.
local n = 42
local t = { n }
print(pcall(n))
t[1]()
