-- with: matrix.lua
-- string.gmatch with every combination of these arguments.
dofile("matrix.lua")("string.gmatch", {
  { '"a b"', '5', 'nil', '{}' },
  { '"%a"', '""', 'nil', '{}', '"("' },
  { '1', '2' },
})
