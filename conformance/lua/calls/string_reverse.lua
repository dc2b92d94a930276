-- with: matrix.lua
-- string.reverse with every combination of these arguments.
dofile("matrix.lua")("string.reverse", {
  { '"abc"', '""', '"10"', '12', 'nil', 'true', '{}', '"a\0b"' },
  { '1' },
})
