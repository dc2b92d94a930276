-- with: matrix.lua
-- setfenv with every combination of these arguments.
dofile("matrix.lua")("setfenv", {
  { 'print', 'string.rep', 'nil', '"x"', '{}', '100', '-1' },
  { '{}', 'nil', '5' },
})
