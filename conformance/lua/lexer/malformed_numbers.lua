-- What the lexer refuses, with the text it shows.
local cases = { "1a", "1.5.5", "1..2", "1...2", "1e", "1e+", "1ex", "3x", "0x1g", "0b3", "08x", "1l", "1L", "1u",
  "1LLL", "1U", "1ul", "1LU", "1.5LL", "1e3LL", "0x1p3LL", "1ii", "1iLL", "12abc", "1_a", "0xfgh", ".5.", ".5x",
  "1e5e5", "1e5.5", "0x1.2.3", "1-", "5 5", "1__", "1e_5", "._5", "1._5" }
for _, s in ipairs(cases) do
  print(s, loadstring("return " .. s, "=n") and "accepted" or (select(2, loadstring("return " .. s, "=n"))))
  print("", select(2, loadstring("x = " .. s .. " y = 2", "=n")) or "ok")
end
