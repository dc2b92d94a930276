-- A for limit that is no number.
local n
for i = 1, n do print(i) end
