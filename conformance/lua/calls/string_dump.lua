-- with: matrix.lua
-- string.dump with every combination of these arguments.
dofile("matrix.lua")("string.dump", {
  { 'print', '5', 'nil', '"x"', '{}', 'string.rep', 'coroutine.create(print)' },
  { 'true', 'nil' },
})
