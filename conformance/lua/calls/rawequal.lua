-- with: matrix.lua
-- rawequal with every combination of these arguments.
dofile("matrix.lua")("rawequal", {
  { 'nil', 'false', '0', '"s"', '{}', 'print', 'coroutine.create(print)' },
  { 'nil', 'false', '0', '"s"', '{}', 'print', 'coroutine.create(print)' },
})
