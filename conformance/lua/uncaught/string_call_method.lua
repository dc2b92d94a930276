-- A missing method of a string.
local s = "text"
print(s:len())
print(s:length())
