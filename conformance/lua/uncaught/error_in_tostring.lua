-- An error in __tostring called by print.
print(setmetatable({}, { __tostring = function() error("cannot print") end }))
