-- with: matrix.lua
-- os.rename with every combination of these arguments.
dofile("matrix.lua")("os.rename", {
  { '"no_such_a"', '5', 'nil', '{}' },
  { '"no_such_b"', '6', 'nil', '{}' },
})
