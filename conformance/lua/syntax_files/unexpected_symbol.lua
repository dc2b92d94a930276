-- A character that starts nothing.
local x = 5 @ 3
