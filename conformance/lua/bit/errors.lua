-- Errors of bit.*
for _, f in ipairs{ "tobit", "bnot", "bswap", "tohex", "band", "bor", "bxor", "lshift", "rshift", "arshift", "rol",
  "ror" } do
  for _, a in ipairs{ "", "nil", "'x'", "{}", "true", "1", "'7'", "1, nil", "1, 'x'", "1, {}", "1, 2, 3", "1, '2'",
    "1/0", "0/0", "-1/0", "print", "1, 2, nil", "1, 2, {}", "'', 1" } do
    local c = "bit." .. f .. "(" .. a .. ")"
    print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
  end
end
local names = {}
for k in pairs(bit) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
print(require("bit") == bit, package.loaded.bit == bit)
