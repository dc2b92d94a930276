-- with: matrix.lua
-- math.max with every combination of these arguments.
dofile("matrix.lua")("math.max", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0' },
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}' },
})
