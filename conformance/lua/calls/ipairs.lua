-- with: matrix.lua
-- ipairs with every combination of these arguments.
dofile("matrix.lua")("ipairs", {
  { '{ 1 }', '{}', 'nil', '5', '"x"', 'print' },
  { '1' },
})
