-- with: matrix.lua
-- table.remove with every combination of these arguments.
dofile("matrix.lua")("table.remove", {
  { '{ 1, 2, 3 }', '{}', '{ [0] = 5 }', 'nil', '5', '"x"' },
  { '1', '0', '3', '4', '-1', '"2"', 'nil', '"x"', '{}', '1.5' },
})
