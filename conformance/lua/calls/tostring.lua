-- with: matrix.lua
-- tostring with every combination of these arguments.
dofile("matrix.lua")("tostring", {
  { '5', '-0', '"s"', 'nil', 'true', '1e100', '0/0', '1/0', '-1/0', '0.1' },
  { '1' },
})
