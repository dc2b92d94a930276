-- with: matrix.lua
-- bit.tobit with every combination of these arguments.
dofile("matrix.lua")("bit.tobit", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0', '2^32', '-2^31-1' },
  { '1' },
})
