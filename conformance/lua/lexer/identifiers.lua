-- Names: letters, digits, underscore, bytes above 127; keywords are refused.
local names = { "a", "A", "_", "__", "_1", "a1", "aB_c9", "\195\169t\195\169", "\128", "\255x", "goto", "continue",
  "const", "self", "arg", "_ENV", "integer", "global", "nan", "inf" }
for _, n in ipairs(names) do
  local f, e = loadstring("local " .. n .. " = 7 return " .. n, "=id")
  print(n, f and f() or e)
end
local keywords = { "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local",
  "nil", "not", "or", "repeat", "return", "then", "true", "until", "while" }
for _, k in ipairs(keywords) do
  print(k, select(2, loadstring("local " .. k .. " = 1", "=kw")))
  print(k, select(2, loadstring("x." .. k .. " = 1", "=kw")))
  print(k, select(2, loadstring("return {" .. k .. " = 1}", "=kw")))
  print(k, select(2, loadstring("x:" .. k .. "()", "=kw")))
end
local long = ("n"):rep(5000)
print(#long, loadstring("local " .. long .. " = 5 return " .. long)())
print((select(2, loadstring("local " .. ("n"):rep(90) .. " 5", "=kw"))))
print((select(2, loadstring("x = = " .. ("n"):rep(90), "=kw"))))
