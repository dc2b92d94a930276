-- with: matrix.lua
-- table.insert with every combination of these arguments.
dofile("matrix.lua")("table.insert", {
  { '{ 1, 2, 3 }', '{}', 'nil', '5' },
  { '"v"', '1', '0', '4', '9', '"2"', 'nil' },
  { '"w"', 'nil', '5' },
})
