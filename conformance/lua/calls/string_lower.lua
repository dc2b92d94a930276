-- with: matrix.lua
-- string.lower with every combination of these arguments.
dofile("matrix.lua")("string.lower", {
  { '"abc"', '""', '"10"', '12', 'nil', 'true', '{}', '"ABC\0D"' },
  { '1' },
})
