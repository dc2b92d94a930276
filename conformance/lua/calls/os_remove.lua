-- with: matrix.lua
-- os.remove with every combination of these arguments.
dofile("matrix.lua")("os.remove", {
  { '"no_such_a"', '5', 'nil', '{}', '""' },
  { '1' },
})
