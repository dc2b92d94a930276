-- A call that starts on a new line is refused.
local cases = { "f\n()", "f\n(1)", "f\n{}", "f\n'x'", "f()\n()", "f\n\n(1)", "a.b\n(1)", "a[1]\n(1)", "a:b\n(1)",
  "a:b()\n(1)", "x = f\n(1)", "x = f\n(g or h)()", "x = f;\n(g)()", "local x = f\n(1)", "return f\n(1)", "f(\n1)",
  "f --[[\n]] (1)", "('x')\n(1)", "x = 1\n(f)()", "x = {}\n(f)()", "x = 'a'\n(f)()", "f{}\n(g)()", "f''\n(g)()",
  "x = y.z\n(f)()", "x = ...\n(f)()", "x = nil\n(f)()", "x = function() end\n(f)()", "x = a + b\n(f)()", "a?.b\n(1)",
  "a?.\n(1)", "f\n'a'\n(1)" }
for _, s in ipairs(cases) do print((s:gsub("\n", "~")), (select(2, loadstring(s, "=a"))) or "ok") end
