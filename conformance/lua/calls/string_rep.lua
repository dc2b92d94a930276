-- with: matrix.lua
-- string.rep with every combination of these arguments.
dofile("matrix.lua")("string.rep", {
  { '"x"', '"ab"', '5', '""', 'nil', '{}' },
  { '0', '1', '3', '-1', '"2"', '2.9', '"x"', 'nil' },
  { '","', '""', '1', 'nil', '{}' },
})
