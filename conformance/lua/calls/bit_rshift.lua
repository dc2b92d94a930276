-- with: matrix.lua
-- bit.rshift with every combination of these arguments.
dofile("matrix.lua")("bit.rshift", {
  { '1', '-1', '"3"', 'nil', '"x"' },
  { '0', '1', '31', '32', '-1', '"2"', '1.5', 'nil', '{}' },
  { '1' },
})
