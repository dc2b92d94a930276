-- An error in a file that another runs.
local f = io.open("child.lua", "w") f:write("local function inside()\n  error('child failed')\nend\ninside()\n") f:close()
print(pcall(dofile, "child.lua"))
dofile("child.lua")
