-- with: matrix.lua
-- os.date with every combination of these arguments.
dofile("matrix.lua")("os.date", {
  { '"!%Y-%m-%d"', '"!%H:%M:%S"', '"!"', '"!%"', '"!*t"', '{}' },
  { '0', '86400', '1e9', '"1000"', '-1', '"x"', '{}', '1.9' },
}, 2)
