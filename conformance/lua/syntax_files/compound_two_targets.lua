-- A compound assignment with two targets.
local a, b = 1, 2
a, b += 1
