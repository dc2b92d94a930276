-- with: matrix.lua
-- bit.bnot with every combination of these arguments.
dofile("matrix.lua")("bit.bnot", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0', '2^32' },
  { '1' },
})
