-- patterns: errors, anchors, frontier, balances, position captures, back references
local subj = {"", "a", "hello world", "foo(bar(baz))", "key = value", "  trim  ", "a,b,,c", "\0\1\2", "THE (quick) fox", "x=1,y=2", "[[x]]", "aaa", "%d", "a.b.c", "2024-01-02", "äö", "line1\nline2", "^a$", "-1", "a]b"}
local pats = {"", "^", "$", "^$", ".", ".*", ".-", ".+", ".?", "^.", "a*", "a-", "(a*)", "()", "()a()", "(.)(.)", "%a+", "%A+", "%d", "%D", "%s", "%S+", "%w+", "%W+", "%p", "%P", "%c", "%C", "%l+", "%L", "%u+", "%U", "%x+", "%X", "%z", "%Z", "[a-c]", "[^a-c]", "[]]", "[^]]", "[]-a]", "[%]]", "[%a-z]", "[a%-z]", "[a-]", "[-a]", "[%w_]+", "[^%s]+", "%b()", "%b[]", "%b''", "%bxx", "%f[%a]", "%f[%a]%a+", "%f[%z]", "%f[^%z]", "(%a+)%s*=%s*(%a+)", "^%s*(.-)%s*$", "([^,]*)", "(a)%1", "(.)%1", "((a)(b))", "((.)(.))", "%.", "%%", "a$b", "a^b", "$a", "^^", "$$", "[$]", "[^^]", "[%z]", "%g+", "%G", "(%d+)-(%d+)-(%d+)", "[\128-\255]+", ".-b", "a.-c", "a?b?c?", "(a?)(b?)", "[a-z]*$", "x*$", "[a-%%]", "[%d%-]+", "[+-]?%d+"}
local bad = {"%", "(", ")", "(a", "a)", "[", "[a", "[^", "[]", "[^]", "[%", "[a-", "%b", "%bx", "%f", "%fa", "%f[", "%1", "(a)%2", "%0", "(%1)", "((a)%2)", "(()", ("(a)"):rep(33), ("("):rep(32)..(")"):rep(32), ("("):rep(33)..(")"):rep(33), "[[:alpha:]]", "[a-z-9]", "[z-a]", "%9", "a%"}
local function show(...)
  local t = {}
  for i = 1, select("#", ...) do local v = select(i, ...) t[i] = type(v)=="string" and ("%q"):format(v):gsub("\n","n") or tostring(v) end
  return table.concat(t, " ")
end
for _, p in ipairs(pats) do for i, s in ipairs(subj) do
  print(i, show(p), "F", show(s:find(p)), "M", show(s:match(p)), "G", show(s:gsub(p, "<%0>")), show(s:gsub(p, "<%1>", 2)))
end
  local n = {} for a, b in ("hello foo(bar) a,b"):gmatch(p) do n[#n+1] = show(a, b) if #n > 30 then break end end
  print(show(p), table.concat(n, ";"))
end
for _, p in ipairs(bad) do for i, s in ipairs{"", "abc", "a(b)", "aa"} do
  print(show(p), show(pcall(string.find, s, p)), show(pcall(string.match, s, p)), show(pcall(string.gsub, s, p, "")), show(pcall(function() local n = 0 for _ in s:gmatch(p) do n = n + 1 end return n end)))
end end
for _, r in ipairs{"%", "%0", "%1", "%2", "%9", "%a", "%%", "%%%1", "x%", "\0", "%0%0", "$1", "%\0"} do
  print(show(r), show(pcall(string.gsub, "abc", "(b)", r)), show(pcall(string.gsub, "abc", "b", r)), show(pcall(string.gsub, "abc", "(a)(b)", r)))
end
for i = -8, 8 do print(i, show(("hello"):find("l", i)), show(("hello"):find("l", i, true)), show(("hello"):match("()l", i)), show(("hello"):find("", i)), show(("hello"):find("", i, true)), show(("hello"):find("^l", i)), show(("hello"):byte(i)), show(("hello"):sub(i)), show(("hello"):sub(i, -2)), show(("hello"):sub(2, i))) end
