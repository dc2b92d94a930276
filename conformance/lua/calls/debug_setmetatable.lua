-- with: matrix.lua
-- debug.setmetatable with every combination of these arguments.
dofile("matrix.lua")("debug.setmetatable", {
  { '{}', 'nil', '"x"' },
  { '{}', 'nil', '5', 'print' },
})
