-- Arguments that math functions refuse.
for _, f in ipairs{ "abs", "ceil", "floor", "sqrt", "exp", "log", "log10", "sin", "cos", "tan", "asin", "acos",
  "atan", "sinh", "cosh", "tanh", "deg", "rad", "frexp", "modf", "atan2", "fmod", "pow", "ldexp", "min", "max",
  "random", "randomseed" } do
  for _, a in ipairs{ "", "nil", "'x'", "{}", "true", "'1'", "'0x10'", "1, nil", "1, 'x'", "1, {}", "print", "' 2 '" } do
    if not ((f == "random" or f == "randomseed") and (a == "" or a == "nil")) then
      local c = "math." .. f .. "(" .. a .. ")"
      print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
    end
  end
end
local names = {}
for k in pairs(math) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
