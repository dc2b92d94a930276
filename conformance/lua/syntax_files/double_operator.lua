-- Two operators in a row.
local x = 1 + * 2
