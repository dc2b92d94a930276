-- with: matrix.lua
-- string.char with every combination of these arguments.
dofile("matrix.lua")("string.char", {
  { '0', '65', '"66"', '255', '256', '-1', '67.9', 'nil', '"x"', '{}' },
  { '65', 'nil', '300', '"97"' },
})
