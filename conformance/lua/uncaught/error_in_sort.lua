-- An error in a comparison function.
local t = { 3, 1, 2 }
table.sort(t, function(a, b) if a == 2 or b == 2 then error("two!") end return a < b end)
