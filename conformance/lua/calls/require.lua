-- with: matrix.lua
-- require with every combination of these arguments.
package.path, package.cpath = "./?.lua", "./?.so"
dofile("matrix.lua")("require", {
  { '"string"', '"no.such.mod"', '5', '{}', 'nil', '""' },
  { '1' },
})
