-- with: matrix.lua
-- coroutine.create with every combination of these arguments.
dofile("matrix.lua")("coroutine.create", {
  { 'print', 'function() end', 'nil', '5', '"x"', '{}' },
  { '1' },
})
