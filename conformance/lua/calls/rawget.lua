-- with: matrix.lua
-- rawget with every combination of these arguments.
dofile("matrix.lua")("rawget", {
  { '{ 5, a = 6 }', 'nil', '"x"', '5' },
  { '1', '"a"', 'nil', '0/0', '{}' },
})
