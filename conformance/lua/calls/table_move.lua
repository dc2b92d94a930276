-- with: matrix.lua
-- table.move with every combination of these arguments.
dofile("matrix.lua")("table.move", {
  { '{ 1, 2, 3 }', '{}', 'nil', '5' },
  { '1', '2', '"1"', 'nil' },
  { '3', '0', 'nil', '"x"' },
  { '1', '2', '5', 'nil' },
  { '{ 9, 9 }', 'nil', '5' },
})
