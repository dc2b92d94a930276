-- A method of a string with a wrong argument.
local s = "abc"
print(s:sub(1, 2))
print(s:sub({}))
