-- with: matrix.lua
-- io.type with every combination of these arguments.
dofile("matrix.lua")("io.type", {
  { 'io.stdout', '5', '"x"', '{}', 'nil', 'newproxy()' },
  { '1' },
})
