-- with: matrix.lua
-- pairs with every combination of these arguments.
dofile("matrix.lua")("pairs", {
  { '{ 1 }', '{}', 'nil', '5', '"x"', 'print' },
  { '1' },
})
