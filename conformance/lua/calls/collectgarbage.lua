-- with: matrix.lua
-- collectgarbage with every combination of these arguments.
dofile("matrix.lua")("collectgarbage", {
  { '"collect"', '"stop"', '"restart"', '"setpause"', '"setstepmul"', '"isrunning"', '"bad"', '5', '{}', 'nil', '""', '"generational"' },
  { '0', '100', '"200"', 'nil', '"x"' },
})
