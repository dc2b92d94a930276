-- The line that a runtime error names, in statements that span lines.
local function try(src) local f, e = loadstring(src, "=ln") if f then f, e = pcall(f) end print((src:gsub("\n", "~")), e) end
for _, s in ipairs{ "\n\nerror('x')", "error(\n'x'\n)", "error\n'x'", "local a =\n\nnil + 1",
  "local a = nil\nlocal b = a\n+ 1", "local a = 1 +\nnil", "local x = {\n1,\nnil + 1,\n}",
  "local x = {\na = 1,\nb = nil .. 'x'\n}", "local t\nt.x\n.y = 1", "local t = {}\nt.\nx.\ny = 1",
  "local t = {}\nlocal a = t\n.x\n.y", "f(\n1,\n2\n)", "local f\nf(\n1\n)", "local f\nf\n{\n}",
  "local t = {}\nt:m(\n1)", "local t = {}\nt\n:m\n(1)", "if nil\n+ 1 then\nend", "while\nnil + 1\ndo end",
  "for i = 1,\n'x'\ndo end", "for i =\n{},\n1 do end", "for i in\nnil\ndo\nend", "for i\nin 5 do\nend",
  "return\nnil\n+\n1", "return -\n{}", "return #\nnil", "return (\nnil\n).x", "return (\nnil\n)()",
  "local a, b\nreturn a\n..\nb", "local a, b\nreturn a\n<\nb", "local a, b = {}, {}\nreturn a <\nb",
  "repeat\nuntil\nnil + 1", "local function f()\nerror('in')\nend\nf()",
  "local function f()\nreturn nil +\n1\nend\nreturn f(\n)", "x =\n1 x.y\n.z = 2",
  "local t = setmetatable({}, {__index = function()\nerror('idx')\nend})\nreturn\nt.x", "goto a ::a::\nerror('g')",
  "do end\n;\n;nil()", "(nil)\n.x = 1", "local s = ('x'):rep(\n-1):bad()", "assert(\nfalse,\n'msg')",
  "assert(\nfalse)", "error()\n", "error(nil)", "string.rep(\n)", "('x'):rep(\n{})", "local a\na.b.c\n=\n1",
  "local a = {}\na[\nnil\n]\n=\n1", "a = nil\na +=\n1", "local z = nil ?? nil\nz\n()" } do try(s) end
