-- with: matrix.lua
-- bit.tohex with every combination of these arguments.
dofile("matrix.lua")("bit.tohex", {
  { '255', '-1', '0', '"16"', '2^33', '1.5', 'nil', '"x"', '{}' },
  { '8', '4', '-4', '0', '"2"', 'nil', '"x"', '{}' },
})
