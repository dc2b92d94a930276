-- Attributes of Lua 5.4.
local x <const> = 1
