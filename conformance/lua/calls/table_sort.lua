-- with: matrix.lua
-- table.sort with every combination of these arguments.
dofile("matrix.lua")("table.sort", {
  { '{ 3, 1, 2 }', '{ "b", "a" }', '{}', '{ 1, "a" }', '{ {}, {} }', 'nil', '5' },
  { 'nil', 'function(a, b) return a > b end', '5', '{}', '"x"' },
})
