-- with: matrix.lua
-- print with every combination of these arguments.
dofile("matrix.lua")("print", {
  { 'nil', '"x"', '5', 'true' },
  { 'nil', '1.5' },
})
