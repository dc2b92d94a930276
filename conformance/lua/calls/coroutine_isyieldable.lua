-- with: matrix.lua
-- coroutine.isyieldable with every combination of these arguments.
dofile("matrix.lua")("coroutine.isyieldable", {
  { '1', 'coroutine.create(print)' },
})
