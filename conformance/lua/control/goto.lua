-- goto: forward, backward, out of nested blocks, with closures.
do local i = 1 ::top:: if i <= 3 then io.write(i, " ") i = i + 1 goto top end print() end
for i = 1, 3 do for j = 1, 3 do if j == 2 then goto outer end io.write(i, j, " ") end ::outer:: end print()
do goto skip print"never" ::skip:: end
do
  local fs = {}
  local i = 0
  ::again::
  local x = i
  fs[#fs + 1] = function() x = x + 10 return x end
  i = i + 1
  if i < 3 then goto again end
  for _, f in ipairs(fs) do io.write(f(), ",", f(), " ") end
  print()
end
do goto l1 ::l2:: print"two" goto l3 ::l1:: print"one" goto l2 ::l3:: print"three" end
do ::a:: do ::a2:: end do goto b end ::b:: end
local function f(n) ::redo:: if n > 100 then return n end n = n * 2 goto redo end print(f(3))
do local goto_ = 1 local goto = 5 goto = goto + goto_ print(goto) end
do local k = 0 ::x:: k = k + 1 repeat if k < 5 then goto x end until true print(k) end
do
  local t = {}
  for i = 1, 3 do local v = i t[i] = function() return v end if i == 2 then goto out end end
  ::out::
  print(#t, t[1](), t[2]())
end
local cases = { "goto x", "::x:: ::x::", "do ::x:: end goto x", "goto x local a ::x:: print(a)",
  "goto x local a ::x::", "do goto x local a ::x:: end", "do goto x end local a ::x:: ::y:: ;",
  "goto x; local a; ::x:: ;", "repeat goto c local z ::c:: until z", "repeat goto c; local z; ::c:: until true",
  "::x:: do ::x:: end", "::x:: function f() ::x:: end", "function f() goto x end ::x::", "goto 1", "goto", "::1::",
  "::x", ":: x ::", "::x: :", "goto = 1", "local goto goto = 3", "goto.x = 1", "goto()", "goto x goto y ::x:: ::y::",
  "break", "do break end", "function f() break end", "for i=1,2 do function f() break end end",
  "while 1 do break break end", "while 1 do break x = 1 end", "if x then break end", "goto continue ::continue::",
  "::break::", "goto end", "for i = 1, 2 do goto e end ::e::", "::e:: for i = 1, 2 do goto e end",
  "do goto e local a do ::e:: end end", "while true do goto f; local x; ::f:: end",
  "while true do goto f; local x; ::f:: y = 1 end", "do local x ::f:: local y goto f end", "return goto" }
for _, s in ipairs(cases) do print(s, (select(2, loadstring(s, "=g"))) or "ok") end
