-- How a token is shown in "near": raw text, long strings, numbers, controls.
local toks = { "'abc'", '"abc"', "[[abc]]", "[=[a\nb]=]", "'a\\tb'", "'a\\\nb'", "'\\0'", "'\\65'", "123", "1e10",
  "0xABC", "1.5e-3", ".5", "5.", "...", "..", "::", "nil", "true", "self", "_x1", "function", "'it''s'",
  "'" .. ("a"):rep(100) .. "'", ("b"):rep(100), "[[" .. ("c"):rep(100) .. "]]", "123456789012345678901234567890",
  "12LL", "0x7fULL", "4i", "\1", "\27", "\127", "\128", "\255", "@", "`", "$", "\\", "'\\\\'", "'\"'", "\"'\"" }
local function show(s) return (s:gsub("[^ -~]", function(c) return ("<%d>"):format(c:byte()) end)) end
for _, t in ipairs(toks) do
  print(show(t), show((select(2, loadstring("x = = " .. t, "=n"))) or "ok"))
  print("", show((select(2, loadstring("x = y " .. t, "=n"))) or "ok"))
  print("", show((select(2, loadstring(t .. " = 1", "=n"))) or "ok"))
  print("", show((select(2, loadstring("for " .. t .. " do", "=n"))) or "ok"))
  print("", show((select(2, loadstring("local x = 1 end " .. t, "=n"))) or "ok"))
end
