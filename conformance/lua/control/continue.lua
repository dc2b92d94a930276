-- continue in every kind of loop.
for i = 1, 6 do if i % 2 == 0 then continue end io.write(i, " ") end print()
for i, v in ipairs{ "a", "b", "c" } do if v == "b" then continue end io.write(i, v, " ") end print()
local n = 0 while n < 6 do n = n + 1 if n == 3 then continue end io.write(n, " ") end print()
n = 0 repeat n = n + 1 if n == 2 then continue end io.write(n, " ") until n >= 4 print()
for i = 1, 3 do
  for j = 1, 3 do if j == 2 then continue end io.write(i, j, " ") end
  if i == 2 then continue end
  io.write("| ")
end
print()
local fs = {}
for i = 1, 4 do local v = i * 10 if i == 2 then continue end fs[#fs + 1] = function() v = v + 1 return v end end
for _, f in ipairs(fs) do io.write(f(), f(), " ") end
print()
local continue = 5 print(continue) continue = continue + 1 print(continue)
local cases = { "continue", "do continue end", "for i=1,2 do continue end", "for i=1,2 do continue print(i) end",
  "for i=1,2 do do continue end end", "function f() continue end", "for i=1,2 do function g() continue end end",
  "repeat local x continue until x", "repeat local x if x then continue end until true",
  "repeat if y then continue end local x until x", "repeat if y then continue end local x until true",
  "repeat do local x continue end until x", "repeat local x continue until y", "while 1 do continue = 1 end",
  "continue = 1", "continue()", "continue.x = 1", "local continue continue = 2", "for i = 1, 2 do continue; end",
  "for i = 1, 2 do continue end continue", "if x then continue end", "while 1 do if x then continue end end",
  "for i=1,2 do continue x = 1 end", "for i = 1, 2 do local function f() end continue end",
  "for i=1,2 do continue 'x' end", "for i = 1,2 do continue {} end", "for i=1,2 do ::continue:: continue end",
  "for i=1,2 do goto continue ::continue:: end", "for continue = 1, 2 do continue end", "function continue() end",
  "repeat local a if a then continue end local b until b", "x = continue" }
for _, s in ipairs(cases) do local f, e = loadstring(s, "=c") print(s, e or "ok") end
