-- with: matrix.lua
-- coroutine.status with every combination of these arguments.
dofile("matrix.lua")("coroutine.status", {
  { 'coroutine.create(print)', 'nil', '5', 'print', '"x"' },
  { '1' },
})
