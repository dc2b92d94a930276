-- with: matrix.lua
-- coroutine.wrap with every combination of these arguments.
dofile("matrix.lua")("coroutine.wrap", {
  { 'print', 'nil', '5', '"x"', '{}' },
  { '1' },
})
