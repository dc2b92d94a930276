-- '...' inside and outside of vararg functions.
local cases = { "return ...", "function f() return ... end", "function f(...) return ... end",
  "function f(a) return ... end", "local f = function() return ... end",
  "local f = function(...) return function() return ... end end", "local t = {...}",
  "function f() local t = {...} end", "function f(...) local t = {...} end", "function f() return (...) end",
  "function f() print(...) end", "function f(...) for a, b in ... do end end", "function f(x, ...) return x, ... end",
  "local a = ... + 1", "local a = -...", "local a = #...", "local a = ... .. ...", "local a = ... .x",
  "local a = ...[1]", "...()", "(...)()", "f(...)", "f(..., 1)", "x = (...)", "return ... , ...", "local ... = 1",
  "arg = ...", "function f(...) return arg end", "function f(...) return ... + ... end",
  "function t:m(...) return self, ... end", "function t:m() return ... end", "return || -> ...",
  "return |...| -> ..." }
for _, s in ipairs(cases) do print(s, (select(2, loadstring(s, "=v"))) or "ok") end
