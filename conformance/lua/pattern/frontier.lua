-- %f in its uses.
for _, c in ipairs{ { "THE (quick) fox", "%f[%a]%a+%f[%A]" }, { "hello world", "%f[%w]" },
  { "hello world", "%f[%W]" }, { "  x", "%f[%S]" }, { "x", "%f[x]" }, { "x", "%f[^x]" }, { "", "%f[%z]" },
  { "", "%f[^%z]" }, { "abc", "%f[%z]" }, { "abc", "%f[^%z]" }, { "abc", "c%f[%z]" }, { "aBcD", "%f[%u]" },
  { "foo_bar", "%f[%w_][%w_]+" }, { "1a2b", "%f[%d]%d" }, { "a.b", "%f[.]%." }, { "[x]", "%f[%[]." },
  { "a]b", "%f[]]." }, { "abc", "%f[a-b]" }, { "xabc", "%f[a-c]..." }, { "x\0y", "%f[%z]" },
  { "x\0y", "%f[\1-\255]y" } } do
  print(c[1], c[2], c[1]:find(c[2]))
  print((c[1]:gsub(c[2], "|%0|")))
end
for w in ("the (cat) sat, on-the mat"):gmatch("%f[%a]%a+") do io.write(w, ";") end
print()
print(("THE (quick) fox"):gsub("%f[%a]%a+", string.lower))
print(("one two"):gsub("%f[%w]%w", string.upper))
print(("camelCaseString"):gsub("%f[%u]%u", "_%0"))
print(("a1b22c"):gsub("%f[%d]%d+", "<%0>"))
