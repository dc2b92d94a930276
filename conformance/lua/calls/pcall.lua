-- with: matrix.lua
-- pcall with every combination of these arguments.
dofile("matrix.lua")("pcall", {
  { 'print', 'error', 'nil', '5', 'string.rep', '{}' },
  { '"x"', 'nil', '5' },
  { '2', 'nil' },
})
