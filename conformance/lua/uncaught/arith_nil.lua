-- Arithmetic on nil.
local total
for i = 1, 3 do total = total + i end
