-- with: matrix.lua
-- dofile with every combination of these arguments.
dofile("matrix.lua")("dofile", {
  { '"no_such"', '5', '{}' },
  { '1' },
})
