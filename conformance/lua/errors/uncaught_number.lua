-- A number as the error value.
local function f() error(42) end
f()
