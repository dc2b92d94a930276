-- while and repeat with break, nested scopes, until seeing locals.
local i = 0 while i < 3 do i = i + 1 io.write(i, " ") end print()
while true do i = i + 1 if i > 6 then break end end print(i)
while nil do print"never" end while false do print"never" end
repeat local x = i i = i - 1 until x <= 4 print(i)
repeat local done = true until done
repeat break until false
local fs = {}
local k = 0
repeat local v = k fs[#fs + 1] = function() v = v + 1 return v end k = k + 1 until v >= 2
for _, f in ipairs(fs) do io.write(f(), f(), " ") end
print()
local n = 0 while n < 10 do n = n + 1 if n % 2 == 0 then goto continue end io.write(n, " ") ::continue:: end print()
local c = 0 repeat c = c + 1 if c == 2 then goto next end io.write(c, " ") ::next:: until c == 4 print()
local outer = 0
while outer < 3 do
  outer = outer + 1
  local inner = 0
  repeat inner = inner + 1 if inner == 2 then break end until false
  io.write(outer, inner, " ")
end
print()
local function f() while true do repeat return "out", i until true end end print(f())
print((function() local s = 0 for i = 1, 10 do if i % 3 == 0 then goto c end s = s + i ::c:: end return s end)())
while 1 do break end while "" do break end while 0 do break end print"ok"
repeat local a, b = 1, 2 until (function() return a + b == 3 end)()
