-- A message with a zero byte is cut where a position is added.
print(pcall(error, "a\0b"))
print(pcall(function() error("a\0b") end))
print(pcall(function() error("a\0b", 0) end))
print(pcall(function() assert(false, "a\0b") end))
error("cut\0here")
