-- An error in an iterator.
local function iter() error("iterator broke") end
for x in iter do print(x) end
