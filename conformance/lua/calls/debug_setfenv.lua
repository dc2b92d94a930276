-- with: matrix.lua
-- debug.setfenv with every combination of these arguments.
dofile("matrix.lua")("debug.setfenv", {
  { 'function() end', '5', 'nil', '{}', 'newproxy()', 'coroutine.create(print)' },
  { '{}', '5', 'nil' },
})
