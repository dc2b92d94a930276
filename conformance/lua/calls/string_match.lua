-- with: matrix.lua
-- string.match with every combination of these arguments.
dofile("matrix.lua")("string.match", {
  { '"key = val"', '""', '1234', 'nil' },
  { '"(%w+) = (%w+)"', '"%d"', '"()"', '"%"', 'nil', '{}' },
  { '1', '3', '-2', 'nil', '"q"' },
})
