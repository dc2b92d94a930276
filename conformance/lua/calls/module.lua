-- with: matrix.lua
-- module with every combination of these arguments.
package.path, package.cpath = "./?.lua", "./?.so"
dofile("matrix.lua")("module", {
  { '5', '{}', 'nil', '"string"' },
  { '5', 'nil' },
})
