-- Traceback with tail calls and anonymous functions.
local function last(x) error("at the end: " .. x, 1) end
local function mid(x) return last(x) end
local fs = { function(x) return mid(x) end }
function globalfn(x) local r = fs[1](x) return r end
(function() globalfn("q") end)()
