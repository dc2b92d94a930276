-- with: matrix.lua
-- table.maxn with every combination of these arguments.
dofile("matrix.lua")("table.maxn", {
  { '{ 1, 2 }', '{ [10] = 1, [2.5] = 2 }', '{}', '{ a = 1 }', 'nil', '5', '"x"' },
  { '1' },
})
