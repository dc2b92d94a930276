-- with: matrix.lua
-- string.find with every combination of these arguments.
dofile("matrix.lua")("string.find", {
  { '"hello world"', '""', '123', 'nil', '{}' },
  { '"o"', '""', '"%w+"', '"(o)(.)"', '"["', '12', 'nil' },
  { '1', '-3', '6', '100', '"2"', 'nil', '"x"' },
  { 'true', 'nil', '1' },
})
