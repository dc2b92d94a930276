-- with: matrix.lua
-- getfenv with every combination of these arguments.
dofile("matrix.lua")("getfenv", {
  { '0', '1', 'print', 'nil', '"x"', '{}', '100', '-1' },
  { '1' },
})
