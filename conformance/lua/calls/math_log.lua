-- with: matrix.lua
-- math.log with every combination of these arguments.
dofile("matrix.lua")("math.log", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0' },
  { '2', '10', '1', '0', '"2"', 'nil', '{}' },
})
