-- with: matrix.lua
-- string.len with every combination of these arguments.
dofile("matrix.lua")("string.len", {
  { '"abc"', '""', '"10"', '12', 'nil', 'true', '{}', 'print' },
  { '1' },
})
