-- with: matrix.lua
-- os.difftime with every combination of these arguments.
dofile("matrix.lua")("os.difftime", {
  { '5', '1.5', '"9"', 'nil', '"x"', '{}' },
  { '3', '"4"', '0.25', 'nil', '{}' },
})
