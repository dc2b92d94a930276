-- A long string without its end.
local s = [==[
text ]] ]=]
print(s)
