-- Expressions after "return".
local cases = { "1 +", "+ 1", "1 + + 1", "1 - - 1", "- - 1", "-", "not", "not not", "#", "1 not 2", "1 and", "and 1",
  "1 or or 2", "1 == == 2", "1 < 2 < 3", "1 .. ", ".. 1", "1 ... 2", "1..2", "1 ..2", "1. ..2", "(", ")", "()", "(1",
  "(1))", "((1)", "[1]", "{", "}", "{{}", "{1", "{1,", "{1,}", "{1;}", "{,}", "{;}", "{1,,}", "{1;;}", "{1 2}",
  "{x = }", "{x = 1", "{x == 1}", "{= 1}", "{[1]}", "{[1] = }", "{[] = 1}", "{[1 = 2}", "{1 = 2}", "{'x' = 1}",
  "{x.y = 1}", "{x() = 1}", "{nil = 1}", "{true = 1}", "{function() end}", "{function}", "{f = function() end}",
  "{...}", "{..., 1}", "{x = 1, 2; 3, y = 4}", "{-1}", "{(1)}", "{[{}] = {}}", "{[nil] = 1}", "function",
  "function()", "function() end", "function(", "function(x", "function(x,", "function(x,) end", "function(,) end",
  "function(1) end", "function(x y) end", "function(...) end", "function(x, ...) end", "function(..., x) end",
  "function(x ...) end", "function(x.y) end", "function x() end", "function() end()", "(function() end)()",
  "function() return end", "function() return 1; end", "function() return 1 x = 1 end", "function() end end", "x.y.z",
  "x.", "x:y", "x:y()", "x:y.z", "x:y:z()", "x:()", "x:1()", "x::y", "x.y()", "x[1][2]", "x[1", "x[1].y[2]",
  "x(1)(2)", "x'a''b'", "x{}{}", "x'a'[1]", "'a'.b", "('a').b", "'a'()", "{}.x", "({}).x", "1.x", "(1).x", "nil.x",
  "...x", "(...).x", "x = 1", "x := 1", "x ! y", "!x", "x !", "x?", "x ? y", "x ?? ", "?? x", "x ->", "a b", "a 1",
  "1 a", "'a' 'b'", "{} {}", "x y z", "if", "for", "while x", "local", "local x", "break", "goto x", "end", "until",
  "@", "$x", "x$", "\\", "x\\y", "`x`", "1 // 2", "1 ** 2", "1 <> 2", "1 === 2", "1 =< 2", "1 => 2", "~1", "1 ~ 2",
  "1 ~= 2", "1 ~ = 2", "1 & & 2", "1 | | 2", "1 << << 2", "1 < < 2", "1 > > 2", "1 . 2", "1 , 2 ,",
  "- - - not # ~ ! x" }
for _, s in ipairs(cases) do print(s, (select(2, loadstring("return " .. s, "=e"))) or "ok") end
