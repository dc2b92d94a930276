-- A function without end.
local function greet(name)
  print("hello " .. name)

greet("x")
