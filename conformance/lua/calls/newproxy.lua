-- with: matrix.lua
-- newproxy with every combination of these arguments.
dofile("matrix.lua")("newproxy", {
  { 'true', 'false', 'nil', '5', '"x"', '{}', 'newproxy()', 'newproxy(true)', 'io.stdout' },
})
