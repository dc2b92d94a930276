-- with: matrix.lua
-- os.time with every combination of these arguments.
dofile("matrix.lua")("os.time", {
  { '{ year = 2020, month = 1, day = 1 }', '{ year = 2020, month = 1 }', '{ year = "2020", month = "2", day = "3", hour = 4 }', '{ year = 2020, month = {}, day = 1 }', '{}', '5', '"x"', 'print' },
  { '1' },
}, 1)
