-- An assignment to a call.
local function f() end
f() = 1
