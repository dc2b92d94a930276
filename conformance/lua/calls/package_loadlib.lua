-- with: matrix.lua
-- package.loadlib with every combination of these arguments.
dofile("matrix.lua")("package.loadlib", {
  { '"./no_such.so"', '5', 'nil', '{}' },
  { '"f"', '"*"', '5', 'nil' },
})
