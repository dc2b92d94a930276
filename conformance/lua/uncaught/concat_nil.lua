-- Concatenation of nil.
local user = {}
print("hello " .. "there")
print("hello " .. user.name .. "!")
