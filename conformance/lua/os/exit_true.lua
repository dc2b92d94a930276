-- os.exit(true).
local p = newproxy(true) getmetatable(p).__gc = function() print("not closed") end
print("bye") os.exit(true)
