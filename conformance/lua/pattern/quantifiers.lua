-- * + - ? greedy and lazy, backtracking, anchors.
local subjects = { "", "a", "aa", "aaa", "b", "ab", "aab", "aabb", "ba", "baab", "abab", "xaay", "a\nb", "caat", "aaaab" }
for _, p in ipairs{ "a", "a*", "a+", "a-", "a?", "^a", "^a*", "a$", "^a*$", "^a+$", "^a?$", "^a-$", "a*b", "a+b",
  "a-b", "a?b", "a-$", "a*a", "a+a", "a?a", "a?a?a?", ".-b", ".*b", ".+b", ".", ".*", ".-", ".+", "..", "^..$",
  "[ab]*", "[ab]+", "[ab]-$", "[^a]*", "[^a]+", "b*a", "^", "$", "^$", "a^", "$a", "a$b", "^^a", "a*?", "a+b*",
  "a-b-", "a-b+", "(a*)(b*)", "(a-)(b*)$", "(a+)(a+)", "(a-)(a+)", "(a?)(a?)(b?)", "()a()", "()a*()", "()", "(a)(b)",
  "((a)(b))", "(.)(.)", "(.).*(.)$" } do
  local r = {}
  for i, s in ipairs(subjects) do
    local t = { s:find(p) }
    for k = 1, #t do t[k] = tostring(t[k]) end
    r[i] = #t == 0 and "-" or table.concat(t, ",")
  end
  print(p, table.concat(r, " "))
end
