-- with: matrix.lua
-- table.getn with every combination of these arguments.
dofile("matrix.lua")("table.getn", {
  { '{ 1, 2 }', '{}', '{ a = 1 }', 'nil', '5', '"x"' },
  { '1' },
})
