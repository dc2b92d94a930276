-- return in the middle of a block.
local function f()
  return 1
  print("unreachable")
end
