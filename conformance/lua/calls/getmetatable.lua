-- with: matrix.lua
-- getmetatable with every combination of these arguments.
dofile("matrix.lua")("getmetatable", {
  { '{}', 'setmetatable({}, { __metatable = "m" })', '"x"', 'nil', '5', 'print' },
  { '1' },
})
