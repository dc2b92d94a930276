-- Functions without names in the traceback.
local t = { [1] = function() return (function() local x = nil; x() end)() end }
local r = t[1]()
print(r)
