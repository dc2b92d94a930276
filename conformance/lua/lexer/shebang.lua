#!/usr/bin/luajit
-- A first line with # is skipped; line numbers still count it.
print(debug.getinfo(1, "l").currentline)
for _, text in ipairs{ "# comment\nreturn 1", "#!x", "#", "#\nreturn" } do
  local f, e = loadstring(text, "=s")
  print(type(f), e)
end
local name = "shebang_child.lua"
local function try(text)
  local f = assert(io.open(name, "w")) f:write(text) f:close()
  print(pcall(dofile, name))
  print((select(2, loadfile(name))))
end
try("#!/bin/x\nreturn 1, debug.getinfo(1, 'l').currentline")
try("# no newline")
try("#")
try("#\n#\n")
try("\n#x")
try("#a\r\nreturn 2")
try("\239\187\191return 3")
try("\239\187\191#x\nreturn 4")
os.remove(name)

