-- There is no ++.
local i = 0
i++
