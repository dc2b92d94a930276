-- A table that is never closed.
local t = {
  1, 2,
  { 3, 4 },
print(#t)
