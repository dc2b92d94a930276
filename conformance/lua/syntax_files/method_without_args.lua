-- A method name without arguments.
local s = "x"
local y = s:upper
