-- with: matrix.lua
-- io.close with every combination of these arguments.
dofile("matrix.lua")("io.close", {
  { '5', '"x"', '{}', 'nil', 'newproxy()' },
})
