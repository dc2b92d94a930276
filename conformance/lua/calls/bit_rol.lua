-- with: matrix.lua
-- bit.rol with every combination of these arguments.
dofile("matrix.lua")("bit.rol", {
  { '1', '-1', '0x12345678', '"3"', 'nil', '"x"' },
  { '0', '1', '8', '31', '32', '-1', '"2"', 'nil', '{}' },
  { '1' },
})
