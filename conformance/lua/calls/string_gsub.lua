-- with: matrix.lua
-- string.gsub with every combination of these arguments.
dofile("matrix.lua")("string.gsub", {
  { '"hello"', '""', '121', 'nil' },
  { '"l"', '""', '"(l)(.)"', '1', 'nil' },
  { '"X"', '"%0%0"', '{ l = "L", h = false }', 'string.upper', '5', 'nil', 'true', '"%9"' },
  { '1', '0', 'nil', '"x"' },
})
