-- with: matrix.lua
-- unpack with every combination of these arguments.
dofile("matrix.lua")("unpack", {
  { '{ 1, 2, 3 }', '{}', '{ nil, 2 }', 'nil', '5', '"x"' },
  { '1', '2', '0', '-1', '"2"', 'nil', '"x"' },
  { '2', '3', '1', '5', 'nil', '{}' },
})
