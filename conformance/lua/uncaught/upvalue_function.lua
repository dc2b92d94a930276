-- Upvalues called in the traceback.
local inner
local function outer() inner() end
function inner() local t = {} t.x.y = 1 end
outer()
