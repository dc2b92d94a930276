-- with: matrix.lua
-- setmetatable with every combination of these arguments.
dofile("matrix.lua")("setmetatable", {
  { '{}', 'nil', '5', '"x"', 'print' },
  { '{}', 'nil', '5', 'false', 'print' },
})
