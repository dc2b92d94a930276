-- with: matrix.lua
-- string.sub with every combination of these arguments.
dofile("matrix.lua")("string.sub", {
  { '"hello"', '""', '12345', 'nil', '{}' },
  { '1', '0', '-2', '3', '"2"', '10', '1.9', 'nil', '"x"' },
  { '1', '-1', '3', '100', '"4"', 'nil', '{}' },
})
