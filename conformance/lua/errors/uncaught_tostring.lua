-- An uncaught error value with __tostring.
print("start")
error(setmetatable({}, { __tostring = function() return "my error object" end }))
