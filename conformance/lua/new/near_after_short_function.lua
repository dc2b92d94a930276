-- expect-different: token behind a short function
-- Where a name, string or number follows a short function, LuaJIT names one of its variables instead.
for _, s in ipairs{ "x = { f = a -> 1 1 }", "x = { f = |abc| -> 1 'v' }", "f(k -> k 'x' 2)", "x = { a -> b c }", "f(a -> 1 x)",
  "return (a -> a 5)", "x = { f = |p, q| -> 'cat' 'V', g = r -> 1 }" } do
  print(s, (select(2, loadstring(s, "=s"))))
end
