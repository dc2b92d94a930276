-- "expected (to close ... at line N)" in its forms.
local cases = { "do\n\n", "do\n\nx", "if x\nthen\n", "if x then\nelse\n", "if x then\nelseif y then\n",
  "while x\ndo\n", "for i = 1, 2\ndo\n", "for i in x\ndo\n", "repeat\n\n", "repeat\nx()\n", "function f()\n\n",
  "function f(\n\n", "local function f()\n\nx = 1", "x = function()\n\n", "f(\n\n", "f(\n1\n", "f(\n1,\n",
  "x = (\n\n", "x = (\n1\n", "x = {\n\n", "x = {\n1,\n\n2\n", "x = {\n1\n2}", "x = {\na = 1\nb = 2}", "x[\n1\n",
  "x = {[\n1\n", "f{\n\n", "x = (\n1\n2", "f(\n1\n2", "if x then\n\nuntil", "while x do\n\nuntil", "repeat\n\nend",
  "function f()\nif x then\n\nend", "function f()\nend\nend", "do do\nend\n", "x = {\n{\n}\n", "((\n)", "f(g(\n1)\n",
  "x = {\n(\n1}\n", "for i = 1,\n2 do\nif x then\n end\n", "function f()\n return 1\n x = 2\nend",
  "if x then\n return\n x = 2\nend", "x = [\n1]", "x = \"a\nb\"", "do x", "f(1", "x = {1", "x = (1", "if x then",
  "x = a ?\n b\n", "x = |a\n -> b", "x = |a,\n b| ->\n do\n\n", "x = y -> do\n\n", "t?.[\n1\n", "t?.(\n1\n",
  "t?.:m(\n\n" }
for _, s in ipairs(cases) do
  print((s:gsub("\n", "~")), (select(2, loadstring(s, "=m"))) or "ok")
  print("", (select(2, loadstring("\n" .. s .. " end", "=m"))) or "ok")
end
