-- with: matrix.lua
-- io.lines with every combination of these arguments.
dofile("matrix.lua")("io.lines", {
  { '"no_such"', '5', '{}', 'io.stdout' },
  { '"*l"', '"*x"' },
})
