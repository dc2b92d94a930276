-- mode: 52compat
-- Syntax under 52COMPAT: goto as keyword, break, semicolons, empty statements.
for _, s in ipairs{ "local goto = 1", "goto = 1", "goto()", "x.goto = 1", "goto x ::x::",
  "while 1 do break x = 1 end", "while 1 do break break end", ";;", ";", "x = 1;;y = 2", "return;", "return;;",
  "do ; end", "f()\n(g)()", "f\n(1)", "x = f\n(g)()", "::a:: ::a::", "do goto e local a ::e:: end",
  "goto e local a ::e::", "while 1 do break end", "break", "local x = 'a\\z  b'", "repeat local x continue until x",
  "continue = 1", "local a <const> = 1", "x = 0x1p4", "::a::; goto a", "if x then goto y end ::y::",
  "for i = 1, 2 do if i then goto continue end ::continue:: end", "return return", "goto 5", "x = goto" } do
  print((s:gsub("\n", "~")), (select(2, loadstring(s, "=s"))) or "ok")
end
print((load("local x <y")) == nil)
