-- Nesting up to and beyond the limit of syntax levels.
local function try(name, n, src) local f, e = loadstring(src, "=deep") print(name, n, f and "ok" or e) end
for _, n in ipairs{ 10, 100, 150, 180, 190, 195, 196, 197, 198, 199, 200, 201, 202, 250, 1000 } do
  try("paren", n, "return " .. ("("):rep(n) .. "1" .. (")"):rep(n))
  try("table", n, "return " .. ("{"):rep(n) .. ("}"):rep(n))
  try("do", n, ("do "):rep(n) .. ("end "):rep(n))
  try("if", n, ("if x then "):rep(n) .. ("end "):rep(n))
  try("while", n, ("while x do "):rep(n) .. ("end "):rep(n))
  try("repeat", n, ("repeat "):rep(n) .. ("until x "):rep(n))
  try("unary", n, "return " .. ("- "):rep(n) .. "1")
  try("not", n, "return " .. ("not "):rep(n) .. "1")
  try("index", n, "return x" .. ("[y"):rep(n) .. ("]"):rep(n))
  -- From 199 on both limits are broken, and which one is told first is a known difference.
  if n < 199 then try("call", n, "return " .. ("f("):rep(n) .. (")"):rep(n)) end
  try("pow", n, "return " .. ("x^"):rep(n) .. "1")
  try("concat", n, "return " .. ("x.."):rep(n) .. "x")
  try("function", n, "return " .. ("function() return "):rep(n) .. "1" .. (" end"):rep(n))
  try("short", n, "return " .. ("x -> "):rep(n) .. "1")
  try("ternary", n, "return " .. ("x ? y : "):rep(n) .. "1")
  try("and", n, "return " .. ("x and "):rep(n) .. "1")
  try("add", n, "return " .. ("x + "):rep(n) .. "1")
  try("elseif", n, "if x then " .. ("elseif x then "):rep(n) .. "end")
  try("fields", n, "return x" .. (".y"):rep(n))
  try("assign", n, ("x, "):rep(n) .. "x = 1")
  try("eq", n, "return " .. ("x == ("):rep(n) .. "1" .. (")"):rep(n))
end
