-- with: matrix.lua
-- xpcall with every combination of these arguments.
dofile("matrix.lua")("xpcall", {
  { 'error', 'string.rep', 'nil', '5' },
  { 'tostring', 'function(m) return m end', 'nil', '5', 'error' },
  { '"e"', 'nil' },
})
