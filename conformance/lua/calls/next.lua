-- with: matrix.lua
-- next with every combination of these arguments.
dofile("matrix.lua")("next", {
  { '{ 5, 6 }', '{}', 'nil', '5' },
  { 'nil', '1', '2', '3', '"k"', '0/0', '{}' },
})
