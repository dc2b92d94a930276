-- with: matrix.lua
-- bit.band with every combination of these arguments.
dofile("matrix.lua")("bit.band", {
  { '7', '-1', '"12"', '1.5', 'nil', '"x"', '{}' },
  { '3', '"5"', 'nil', '{}' },
  { '1', 'nil' },
})
