-- Malformed and well-formed control structures.
local cases = { "if", "if x", "if x then", "if x then end", "if then end", "if x end", "if x do end",
  "if x then else", "if x then else end", "if x then else else end", "if x then elseif", "if x then elseif then end",
  "if x then elseif y end", "if x then elseif y then", "if x then elseif y then end",
  "if x then else elseif y then end", "if x then end else", "if (x then end", "if x) then end", "if x = 1 then end",
  "if x then return end", "if x then return 1 else return 2 end", "if x then return 1; else return 2; end",
  "if x then break end", "while", "while x", "while x do", "while x do end", "while do end", "while x then end",
  "while x do break end", "while x do break; end", "while x do return end", "while x = 1 do end", "repeat",
  "repeat until", "repeat until x", "repeat x until y", "repeat x() until y", "repeat end", "repeat until x = 1",
  "repeat local a until a", "repeat break until x", "repeat return until x", "repeat return 1 until x", "for",
  "for i", "for i =", "for i = 1", "for i = 1,", "for i = 1, 2", "for i = 1, 2 do", "for i = 1, 2 do end",
  "for i = 1, 2, 3 do end", "for i = 1, 2, 3, 4 do end", "for i = 1 do end", "for i, j = 1, 2 do end",
  "for 1 = 1, 2 do end", "for i.x = 1, 2 do end", "for (i) = 1, 2 do end", "for i == 1, 2 do end",
  "for i = , 2 do end", "for i = 1, do end", "for i in", "for i in x", "for i in x do", "for i in x do end",
  "for i, j in x do end", "for i, j, k in x, y, z do end", "for i, in x do end", "for , i in x do end",
  "for i j in x do end", "for in x do end", "for i in do end", "for i in x, do end", "for i of x do end",
  "for i : x do end", "for i.j in x do end", "for i[1] in x do end", "for ... in x do end", "for i = 1, 2 then end",
  "for i = 1, 2 do break end", "for function in x do end", "for i = 1, 2 do local i = 3 end",
  "for i in pairs{} do end", "for i = (1), (2) do end", "do goto x end ::x::", "goto x do ::x:: end",
  "while 1 do local x end", "while 1 do end end" }
for _, s in ipairs(cases) do
  print(s, (select(2, loadstring(s, "=c"))) or "ok")
  print("", (select(2, loadstring("y = 1\n\n" .. s:gsub(" ", "\n"), "=c"))) or "ok")
end
