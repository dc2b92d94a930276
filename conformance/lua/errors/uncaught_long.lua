-- A long traceback is cut in the middle.
local function rec(n) if n == 0 then error("deep") end rec(n - 1) return n end
rec(60)
