-- with: matrix.lua
-- string.format with every combination of these arguments.
dofile("matrix.lua")("string.format", {
  { '"%d"', '"%s"', '"%5.1f|"', '"%x"', '"%q"', '"%c"', '"%%"', '"%g"', '"%"', 'nil', '5' },
  { '1', '-2.5', '"3"', '"x"', 'nil', 'true' },
})
