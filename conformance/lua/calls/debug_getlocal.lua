-- with: matrix.lua
-- debug.getlocal with every combination of these arguments.
dofile("matrix.lua")("debug.getlocal", {
  { '100', '-1', 'print', 'function(a, b) end', 'nil', '"x"' },
  { '1', '0', '2', '"1"', 'nil', '"x"' },
})
