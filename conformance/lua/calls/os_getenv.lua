-- with: matrix.lua
-- os.getenv with every combination of these arguments.
dofile("matrix.lua")("os.getenv", {
  { '"NOPE_NOT_SET"', '"LC_ALL"', '5', 'nil', '{}', '""' },
  { '1' },
})
