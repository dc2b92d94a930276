-- with: matrix.lua
-- type with every combination of these arguments.
dofile("matrix.lua")("type", {
  { 'nil', 'false', '0', '"s"', '{}', 'print', 'coroutine.create(print)' },
  { '1' },
})
