-- os.exit with a number.
io.write("written before exit\n")
setmetatable({}, { __gc = function() print("never") end })
os.exit(7)
