-- with: matrix.lua
-- coroutine.resume with every combination of these arguments.
dofile("matrix.lua")("coroutine.resume", {
  { 'coroutine.create(string.rep)', 'coroutine.create(error)', 'nil', '5', 'print', '{}' },
  { '"x"', 'nil' },
  { '3', 'nil' },
})
