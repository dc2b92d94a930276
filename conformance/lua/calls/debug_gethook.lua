-- with: matrix.lua
-- debug.gethook with every combination of these arguments.
dofile("matrix.lua")("debug.gethook", {
  { '1', 'coroutine.create(print)' },
})
