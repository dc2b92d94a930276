-- An expression that stops.
local x = 1 +
local y = 2
