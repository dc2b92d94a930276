-- with: matrix.lua
-- load with every combination of these arguments.
dofile("matrix.lua")("load", {
  { '"return 1"', '"x ="', 'function() end', '5', 'nil', '{}' },
  { '"=n"', 'nil', '{}' },
  { '"t"', '"b"', 'nil', '{}' },
  { '{}', 'nil', '5' },
})
