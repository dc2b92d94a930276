-- with: matrix.lua
-- loadstring with every combination of these arguments.
dofile("matrix.lua")("loadstring", {
  { '"return 1"', '"x ="', '""', '5', 'nil', '{}' },
  { '"=n"', '"@f"', '"c"', '5', 'nil', '{}' },
  { '"t"', '"b"', '"bt"', '"q"', 'nil', '{}' },
})
