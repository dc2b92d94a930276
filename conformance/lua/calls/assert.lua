-- with: matrix.lua
-- assert with every combination of these arguments.
dofile("matrix.lua")("assert", {
  { 'true', 'false', 'nil', '0', '""', '{}' },
  { '"msg"', '5', 'nil', '{}' },
  { '1' },
})
