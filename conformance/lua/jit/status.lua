-- jit.status: whether the compiler is on, and with what.
jit.on()
print((jit.status()), select("#", jit.status()) == 1)
local function optimisations()
  local known, found = {}, {}
  for name in ("fold cse dce fwd dse narrow loop abc sink fuse fma"):gmatch("%a+") do known[name] = true end
  for _, name in ipairs{ jit.status() } do if known[name] then found[#found + 1] = name end end
  return table.concat(found, " ")
end
for _, options in ipairs{ { 0 }, { 1 }, { 2 }, { 3 }, { "-cse" }, { "nofold", "+fma" }, { 2, "sink" }, { 3, "no-fma" } } do
  jit.opt.start(unpack(options))
  print(table.concat(options, " "), optimisations())
end
jit.off()
print((jit.status()), optimisations() ~= "")
jit.on()
print((jit.status()))
