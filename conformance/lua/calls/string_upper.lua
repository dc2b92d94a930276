-- with: matrix.lua
-- string.upper with every combination of these arguments.
dofile("matrix.lua")("string.upper", {
  { '"abc"', '""', '"10"', '12', 'nil', 'true', '{}', '"abc\0d"' },
  { '1' },
})
