-- with: matrix.lua
-- math.ldexp with every combination of these arguments.
dofile("matrix.lua")("math.ldexp", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0' },
  { '0', '1', '-1', '10', '"2"', '2.9', 'nil', '"x"', '{}' },
})
