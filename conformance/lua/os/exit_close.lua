-- os.exit with close runs finalizers.
local p = newproxy(true) getmetatable(p).__gc = function() print("finalizer ran") end
print("bye") os.exit(3, true)
