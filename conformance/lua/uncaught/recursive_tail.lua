-- An error after tail calls.
local function loop(n) if n == 0 then return error("bottom") end return loop(n - 1) end
loop(100)
