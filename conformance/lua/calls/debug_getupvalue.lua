-- with: matrix.lua
-- debug.getupvalue with every combination of these arguments.
dofile("matrix.lua")("debug.getupvalue", {
  { 'function() return print end', '5', 'nil', '"x"' },
  { '1', '0', '5', '"1"', 'nil', '"x"' },
})
