-- An expression is no statement.
local x = 1
x + 1
