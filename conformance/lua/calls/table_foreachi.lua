-- with: matrix.lua
-- table.foreachi with every combination of these arguments.
dofile("matrix.lua")("table.foreachi", {
  { '{ 7, 8 }', '{}', 'nil', '5' },
  { 'function(k, v) if k == 2 then return k + v end end', 'function() end', 'nil', '5', '{}' },
})
