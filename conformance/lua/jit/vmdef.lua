-- expect-different: jit-modules
-- jit.vmdef and jit.bc, as far as they don't tell of the engine's own instructions.
local vmdef = require("jit.vmdef")
print(vmdef.bcnames:sub(1, 36), #vmdef.bcnames % 6, #vmdef.irnames % 6)
for _, f in ipairs { print, pcall, string.rep, table.concat, bit.band, coroutine.wrap } do
  print(vmdef.ffnames[require("jit.util").funcinfo(f).ffid])
end
for _, name in ipairs { "irnames", "bcnames", "irfpm", "irfield", "ircall", "traceerr", "ffnames" } do
  print(name, type(vmdef[name]))
end
local bc = require("jit.bc")
local function f(t, ...)
  for k, v in pairs(t) do if v then print(k, ..., v) end end
  return function() return t.x + 0.5 end
end
io.write(bc.line(f, 1), bc.line(f, 2, "=>"))
print(bc.line(f, 1000))
bc.dump(f, io.stdout)
bc.dump(f, io.stdout, true)
local gathered = {}
local out = { write = function(self, ...) for i = 1, select("#", ...) do gathered[#gathered + 1] = (select(i, ...)) end end, flush = function() end }
bc.dump(f, out)
print(#table.concat(gathered))
local targets = {}
for pc, yes in pairs(bc.targets(f)) do targets[#targets + 1] = pc .. tostring(yes) end
table.sort(targets)
print(table.concat(targets, " "))
