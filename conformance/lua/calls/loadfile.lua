-- with: matrix.lua
-- loadfile with every combination of these arguments.
dofile("matrix.lua")("loadfile", {
  { '"no_such"', '5', '{}' },
  { '"t"', '"b"', '5', '{}' },
  { '{}', '5' },
})
