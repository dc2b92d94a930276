-- Concatenation of a boolean.
local flag = true
print("flag: " .. flag)
