-- with: matrix.lua
-- error with every combination of these arguments.
dofile("matrix.lua")("error", {
  { '"msg"', '5', 'nil', 'true' },
  { '0', '1', '2', '"1"', 'nil', '"x"', '{}' },
})
