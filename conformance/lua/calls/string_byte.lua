-- with: matrix.lua
-- string.byte with every combination of these arguments.
dofile("matrix.lua")("string.byte", {
  { '"abc"', '""', '"10"', '12', 'nil', 'true', '{}' },
  { '1', '0', '-1', '2', '2.5', '"2"', '"x"', 'nil', '{}' },
  { '1', '-1', '"2"', '10', '{}' },
})
