-- with: matrix.lua
-- coroutine.yield with every combination of these arguments.
dofile("matrix.lua")("coroutine.yield", {
  { '1', 'nil' },
  { '2' },
})
