-- with: matrix.lua
-- rawset with every combination of these arguments.
dofile("matrix.lua")("rawset", {
  { '{ 5 }', 'nil', '"x"', '5' },
  { '1', '"a"', 'nil', '0/0' },
  { '7', 'nil' },
})
