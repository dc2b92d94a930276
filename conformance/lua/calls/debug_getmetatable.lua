-- with: matrix.lua
-- debug.getmetatable with every combination of these arguments.
dofile("matrix.lua")("debug.getmetatable", {
  { '{}', 'nil', '5', 'print', 'setmetatable({}, { __metatable = 5 })' },
  { '1' },
})
