-- Length of nil.
local list
print(#list)
