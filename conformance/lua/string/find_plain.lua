-- find without special characters, init positions, plain flag.
local s = "abcabcabc"
for i = -11, 11 do print(i, s:find("abc", i)) print(i, s:find("c", i, true)) print(i, s:find("", i)) end
for _, c in ipairs{ { "a.b", "." }, { "a.b", ".", 1, true }, { "a.b", "%." }, { "a+b", "+", 1, true },
  { "a%b", "%", 1, true }, { "a%b", "%%" }, { "", "" }, { "", "a" }, { "a", "" }, { "abc", "abcd" }, { "abc", "abc" },
  { "aaa", "aa" }, { "aaab", "aab" }, { "x\0y", "\0" }, { "x\0y", "y" }, { "x\0y", "\0y", 1, true }, { "hello", "l" },
  { "hello", "l", 4 }, { "hello", "l", 5 }, { "hello", "xyz" }, { "hello", "[", 1, true }, { "he[lo", "[", 1, true },
  { "he[lo", "[lo", 1, 1 }, { "he.lo", ".lo", 1, false }, { "he.lo", ".lo", 1, nil }, { 12345, 34 }, { "x", "x", 2 },
  { "x", "", 2 }, { "x", "", 3 }, { "x", "", 10 }, { "ab\0cd", "b\0c" }, { ("a"):rep(1000) .. "b", "ab" },
  { ("ab"):rep(500), "ba", 900 }, { "mississippi", "issip" }, { "abababac", "ababac" } } do
  print(tostring(c[1]):sub(1, 20), c[2], c[3], c[4], string.find(c[1], c[2], c[3], c[4]))
end
for _, c in ipairs{ "string.find()", "string.find('x')", "string.find(nil, 'x')", "string.find('x', nil)",
  "string.find({}, 'x')", "string.find('x', {})", "string.find('x', 'x', 'y')", "string.find('x', 'x', {})",
  "string.find('x', 'x', '1')", "string.find('x', 'x', nil, true)", "string.match()", "string.match('x')",
  "string.match('x', {})", "string.match('x', 'x', {})", "string.gmatch()", "string.gmatch('x')",
  "string.gmatch('x', {})", "string.gsub()", "string.gsub('x')", "string.gsub('x', 'x')",
  "string.gsub('x', 'x', nil)", "string.gsub('x', 'x', true)", "string.gsub('x', 'x', print, 'y')",
  "string.gsub('x', 'x', 'y', {})", "string.gsub('x', {}, 'y')", "('x'):find()", "('x'):find({})",
  "('x'):gsub('x', newproxy())", "('x'):gsub('x', coroutine.create(print))", "('x'):gsub('x', 5)",
  "('x'):gsub('x', {})", "('x'):gsub('x', 'y', nil)", "('x'):gsub('x', 'y', -1)", "('xx'):gsub('x', 'y', 1.5)",
  "('xx'):gsub('x', 'y', '1')", "string.gfind", "string.gfind == string.gmatch" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
