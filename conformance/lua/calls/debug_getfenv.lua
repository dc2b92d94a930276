-- with: matrix.lua
-- debug.getfenv with every combination of these arguments.
dofile("matrix.lua")("debug.getfenv", {
  { 'function() end', '5', 'nil', '"x"', '{}', 'newproxy()' },
  { '1' },
})
