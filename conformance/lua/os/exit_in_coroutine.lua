-- os.exit from within a coroutine inside pcall.
pcall(coroutine.wrap(function() pcall(function() print("in") os.exit(9) end) print("never") end))
print("never")
