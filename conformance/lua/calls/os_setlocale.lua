-- with: matrix.lua
-- os.setlocale with every combination of these arguments.
dofile("matrix.lua")("os.setlocale", {
  { '"C"', '""', '"nope"', 'nil', '5', '{}' },
  { '"all"', '"numeric"', '"collate"', '"ctype"', '"monetary"', '"time"', '"bad"', 'nil', '5' },
})
