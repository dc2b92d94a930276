-- with: matrix.lua
-- table.foreach with every combination of these arguments.
dofile("matrix.lua")("table.foreach", {
  { '{ 7 }', '{}', 'nil', '5' },
  { 'function(k, v) return k + v end', 'function() end', 'nil', '5', '{}' },
})
