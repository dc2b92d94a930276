-- with: matrix.lua
-- math.cos with every combination of these arguments.
dofile("matrix.lua")("math.cos", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0' },
  { '1' },
})
