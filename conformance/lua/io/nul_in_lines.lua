-- expect-different: nul-in-lines
-- Lines with NUL bytes: LuaJIT loses what follows them, Perilune reads them as they are.
local function file(text)
  local f = assert(io.tmpfile())
  f:write(text)
  f:seek("set")
  return f
end
local f = file("a\0b\nc\n\0\nd\0")
for l in f:lines() do print(("%q"):format(l)) end
f:seek("set")
print(("%q %q"):format(f:read("*L", "*l")))
print(("%q"):format(f:read("*a")))
