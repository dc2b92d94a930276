-- with: matrix.lua
-- io.open with every combination of these arguments.
dofile("matrix.lua")("io.open", {
  { '"no_such"', '"no/such"', '5', 'nil', '{}' },
  { '"r"', '"rb"', '"r+"', '"x"', '"rr"', '""', 'nil', '5', '{}' },
})
