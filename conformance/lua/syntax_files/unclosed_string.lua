-- A string that ends with its line.
local s = "never closed
print(s)
