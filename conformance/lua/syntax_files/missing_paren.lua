-- A call that is never closed.
print("a",
  "b"
local x = 1
