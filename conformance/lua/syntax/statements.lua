-- One line of source each; the message or ok.
local cases = { "", ";", ";;", "; x = 1", "x = 1;", "x = 1;;", ";;;;", "x", "x.y", "x[1]", "x:y", "x:y()", "x()",
  "x{}", "x''", "x[[]]", "(x)", "(x)()", "(x).y = 1", "(x).y", "('x'):y()", "'x':y()", "{}", "{}.x = 1", "nil",
  "nil()", "true = 1", "1 = 2", "x = ", "x =", "x = =", "x == 1", "x, = 1", "x, y", "x, y =", "x, y = 1", ", x = 1",
  "x = 1,", "x = 1, 2,", "x() = 1", "x().y = 1", "x(), y = 1", "x, y() = 1", "x:y = 1", "x:y() = 1", "(x) = 1",
  "((x)) = 1", "(x).y, z = 1", "x.1 = 2", "x.'y' = 1", "x.[1] = 2", "x..y = 1", "x. = 1", "x[ = 1", "x[] = 1",
  "x[1 = 2", "x[1]] = 2", "x(1", "x(1,", "x(1,)", "x(,)", "x(1 2)", "x)", "x}", "x]", "do", "do end", "do end end",
  "do x = 1", "end", "else", "then", "until", "elseif", "do do end", "do ; end", "do return end",
  "do return 1 end x = 1", "return", "return;", "return;;", "return 1", "return 1;", "return 1, 2", "return 1,",
  "return return", "return x = 1", "return; x = 1", "return 1 x", "return (1, 2)", "return ()", "return (1",
  "return )", "return ...", "return (...)", "x = ... y = ...", "...", "... = 1" }
for _, s in ipairs(cases) do print(s, (select(2, loadstring(s, "=s"))) or "ok") end
