-- with: matrix.lua
-- bit.bswap with every combination of these arguments.
dofile("matrix.lua")("bit.bswap", {
  { '0', '1', '-1', '2.5', '"3"', '"x"', 'nil', '{}', '1e300', '0/0', '2^32' },
  { '1' },
})
