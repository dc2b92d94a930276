-- with: matrix.lua
-- bit.bxor with every combination of these arguments.
dofile("matrix.lua")("bit.bxor", {
  { '9', '-1', '"12"', '1.5', 'nil', '"x"', '{}' },
  { '3', '"5"', 'nil', '{}' },
  { '16', 'nil' },
})
