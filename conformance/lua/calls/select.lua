-- with: matrix.lua
-- select with every combination of these arguments.
dofile("matrix.lua")("select", {
  { '"#"', '1', '2', '-1', '0', '5', '"2"', '"x"', 'nil', '{}' },
  { '"a"', 'nil' },
  { '"b"', 'nil' },
})
