-- goto, continue, labels in odd places
do local i = 1 ::top:: if i <= 3 then io.write(i, " ") i = i + 1 goto top end print() end
for i = 1, 3 do for j = 1, 3 do if j == 2 then goto continue_outer end io.write(i, ":", j, " ") end ::continue_outer:: end print()
-- closures captured in goto loops get fresh upvalues
do local fs = {} local i = 1
::a:: local x = i fs[#fs+1] = function() x = x + 1 return x end
i = i + 1 if i <= 3 then goto a end
print(fs[1](), fs[1](), fs[2](), fs[3]()) end
do goto skip; local y; ::skip:: end print("skip ok")
for _, src in ipairs{
 "goto x", "::x:: ::x::", "goto x; local a; ::x:: print(a)", "goto x; local a; ::x::", "do ::x:: end goto x", "goto goto", "::goto::", "local goto = 1 return goto", "goto = 5 return goto", "break", "if true then break end", "while true do break break end", "repeat local x goto cont local y ::cont:: until y", "repeat goto cont local y ::cont:: until true return 1", "for i=1,2 do ::x:: ::x:: end", "do ::x:: end do ::x:: end return 2", "::x:: do ::x:: end return 3", "goto x do ::x:: end", "local function f() goto x end ::x::", "::x:: local function f() goto x end", "continue", "for i=1,3 do continue end return 4", "for i=1,3 do continue local x end", "local continue = 3 return continue", "continue = 9 return continue", "for i=1,2 do local continue = i continue = 5 end return 6", "repeat continue until true return 7", "while true do continue end", "return goto", "goto 5", "goto", "::5::", "::x:", "::x", "goto x ::x:: return 8", "do goto x end ::x:: return 9", "do goto x end local z ::x:: return 9", "do goto x end local z ::x::", "const x = 1 x = 2", "const x = 1 return x", "const x return x", "const x, y = 1, 2 return x + y", "const function f() return 3 end return f()", "const = 3 return const", "local const = 3 return const", "const f = 3 local function g() f = 2 end", "const x = 1 for x = 1, 2 do x = x + 1 end return x", "const x = 1 local x = 2 x = 3 return x", "const x = 1 x += 1", "const t = {} t.x = 1 return t.x" } do
  if not src:find("while true do continue") then
  local f, e = loadstring(src, "=s") if f then print(src, "=>", pcall(f)) else print(src, "!", e) end end
end
-- goto out of nested loops with closures
local out = {}
for i = 1, 3 do
  local k = i * 10
  while true do
    local j = k
    out[#out + 1] = function() j = j + 1 return j + k end
    if i < 3 then goto next else goto done end
  end
  ::next::
end
::done::
print(#out, out[1](), out[2](), out[3](), out[1]())
-- state machine
local function sm(s) local i, r = 1, {}
  ::start:: local c = s:sub(i, i) i = i + 1
  if c == "" then goto fin elseif c == "a" then goto A elseif c == "b" then goto B end
  r[#r+1] = "?" goto start
  ::A:: r[#r+1] = "A" goto start
  ::B:: r[#r+1] = "B" goto start
  ::fin:: return table.concat(r) end
print(pcall(sm, "abxba"))
