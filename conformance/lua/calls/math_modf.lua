-- with: matrix.lua
-- math.modf with every combination of these arguments.
dofile("matrix.lua")("math.modf", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0', '-3.7', '1/0', '-1/0' },
  { '1' },
})
