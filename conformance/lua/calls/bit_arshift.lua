-- with: matrix.lua
-- bit.arshift with every combination of these arguments.
dofile("matrix.lua")("bit.arshift", {
  { '1', '-1', '-256', '"3"', 'nil', '"x"' },
  { '0', '1', '31', '32', '-1', '"2"', '1.5', 'nil', '{}' },
  { '1' },
})
