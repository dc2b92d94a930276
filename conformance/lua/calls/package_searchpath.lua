-- with: matrix.lua
-- package.searchpath with every combination of these arguments.
dofile("matrix.lua")("package.searchpath", {
  { '"no.such"', '""', '5', 'nil', '{}' },
  { '"./?.lua"', '"?;?/x"', '""', '5', 'nil' },
  { '"."', '""', '"x"', 'nil', '5', '{}' },
})
