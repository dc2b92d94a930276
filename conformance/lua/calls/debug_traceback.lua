-- with: matrix.lua
-- debug.traceback with every combination of these arguments.
dofile("matrix.lua")("debug.traceback", {
  { '"msg"', 'nil', '5', 'true', '{}', 'print' },
  { '100', '"100"', 'nil', '"x"', '{}' },
})
