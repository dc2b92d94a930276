-- with: matrix.lua
-- debug.getinfo with every combination of these arguments.
dofile("matrix.lua")("debug.getinfo", {
  { 'print', '1', '0', '100', '-1', 'nil', '"x"', '{}', 'coroutine.create(print)' },
  { '"S"', '"n"', '"x"', '""', 'nil', '5', '{}', '">S"' },
})
