-- with: matrix.lua
-- package.seeall with every combination of these arguments.
dofile("matrix.lua")("package.seeall", {
  { '{}', '5', 'nil', '"x"' },
})
