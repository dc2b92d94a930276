-- Arithmetic on a field that is a table.
local p = { pos = {} }
p.pos = p.pos + 1
