-- with: matrix.lua
-- coroutine.running with every combination of these arguments.
dofile("matrix.lua")("coroutine.running", {
  { '1' },
})
