-- Lines count once with CR LF.
local a = 1
local b = 2
local = 3
