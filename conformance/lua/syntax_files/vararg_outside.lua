-- ... in a function without it.
local function f(a)
  return ...
end
