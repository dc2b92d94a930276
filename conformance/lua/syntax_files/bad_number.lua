-- A malformed number.
local x = 12
local y = 3x4
