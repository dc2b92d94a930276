-- with: matrix.lua
-- bit.bor with every combination of these arguments.
dofile("matrix.lua")("bit.bor", {
  { '8', '-1', '"12"', '1.5', 'nil', '"x"', '{}' },
  { '3', '"5"', 'nil', '{}' },
  { '16', 'nil' },
})
