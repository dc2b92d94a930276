-- with: matrix.lua
-- table.concat with every combination of these arguments.
dofile("matrix.lua")("table.concat", {
  { '{ "a", "b", 3 }', '{}', '{ 1 }', '{ {} }', 'nil', '5', '"x"' },
  { '","', '""', '1', 'nil', '{}' },
  { '1', '2', '0', '"1"', 'nil' },
  { '2', '3', '1', 'nil' },
})
