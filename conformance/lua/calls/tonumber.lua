-- with: matrix.lua
-- tonumber with every combination of these arguments.
dofile("matrix.lua")("tonumber", {
  { '5', '"10"', '"0x1F"', '" 7 "', '"1e2"', '"abc"', '""', 'nil', 'true', '{}', '"zz"', '"-12"', '"1.5"' },
  { '10', '16', '2', '36', '"16"', '1', '37', 'nil', '{}' },
})
