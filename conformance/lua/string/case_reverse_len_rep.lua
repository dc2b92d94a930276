-- upper, lower, reverse, len, rep and their errors.
local all = {}
for i = 0, 255 do all[#all + 1] = string.char(i) end
all = table.concat(all)
local function q(s) return (("%q"):format(s):gsub("[\128-\255]", function(c) return "<" .. c:byte() .. ">" end)) end
print(q(all:upper()))
print(q(all:lower()))
print(q(all:reverse():sub(1, 60)))
print(#all, all:len(), all:upper():lower() == all:lower(), all:reverse():reverse() == all)
for _, s in ipairs{ "", "a", "ab", "abc", "Hello World", "ÀÉ", "123abcXYZ", "a\0b" } do
  print(q(s:upper()), q(s:lower()), q(s:reverse()), s:len(), #s)
end
for _, n in ipairs{ -1, 0, 1, 2, 3, 5, 1.9, "2" } do
  print(n, ("ab"):rep(n), ("ab"):rep(n, ","), (""):rep(n, ","), ("x"):rep(n, ""), (""):rep(n))
end
print(#("x"):rep(100000), #("abc"):rep(1000, "--"), ("\0"):rep(3) == "\0\0\0", (""):rep(1e9) == "", ("x"):rep(-2^31),
  ("x"):rep(0/0))
print(("ab"):rep(3, 1), ("ab"):rep(3, nil))
for _, c in ipairs{ "string.rep()", "string.rep('x')", "string.rep('x', 'y')", "string.rep('x', nil)",
  "string.rep({}, 2)", "string.rep('x', 2, {})", "string.rep('x', 2, true)", "string.rep(5, 3)", "string.rep(nil, 3)",
  "string.len()", "string.len({})", "string.len(12)", "string.len(nil)", "string.upper()", "string.upper({})",
  "string.upper(12)", "string.lower()", "string.lower(true)", "string.reverse()", "string.reverse(123)",
  "string.reverse(print)", "('x'):rep()", "('x'):rep({})", "('x'):len(1)", "('x'):upper(1)",
  "string.upper('a', 'b')" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
