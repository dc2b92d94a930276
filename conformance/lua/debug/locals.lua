-- getlocal and setlocal: names, scopes, parameters, varargs, temporaries.
local function dump(level)
  local i = 1
  while true do
    local n, v = debug.getlocal(level + 1, i)
    if not n then break end
    io.write(n, "=", n:find("^%(") and "" or tostring(type(v) == "function" and "f" or type(v) == "table" and "t" or v),
      " ")
    i = i + 1
  end
  print()
end
local function f(a, b, ...)
  local x = 1
  do local y = 2 dump(1) end
  local z = 3
  dump(1)
  for i = 1, 1 do dump(1) end
  for k, v in pairs{ "p" } do dump(1) end
  return a
end
f("A")
f("A", "B", "V1", "V2")
local function va(...)
  local r = {}
  for i = -1, -5, -1 do
    local n, v = debug.getlocal(1, i)
    if not n then break end
    r[#r + 1] = n .. "=" .. tostring(v)
  end
  print(table.concat(r, " "))
  print(debug.setlocal(1, -1, "changed"), (...))
  print(debug.setlocal(1, -10, "x"))
end
va()
va(1, nil, "three")
for i = 1, 4 do print(debug.getlocal(f, i)) end
print(debug.getlocal(print, 1))
print(pcall(debug.getlocal, f, 0))
print(pcall(debug.getlocal, va, -1))
local function set(a, b) print(debug.setlocal(1, 1, "newA")) print(debug.setlocal(1, 2, "newB")) print(a, b) end
set(1, 2)
local function outer()
  local o = "old"
  local function inner() print(debug.getlocal(2, 1)) print(debug.setlocal(2, 1, "new")) end
  inner()
  return o
end
print(outer())
print(pcall(debug.getlocal, 100, 1))
print(pcall(debug.getlocal, 1, 1000))
print(pcall(debug.getlocal))
print(pcall(debug.getlocal, 1))
print(pcall(debug.getlocal, "x", 1))
print(pcall(debug.getlocal, 1, "x"))
print(pcall(debug.getlocal, -1, 1))
print(pcall(debug.setlocal, 100, 1, 1))
print(pcall(debug.setlocal))
print(pcall(debug.setlocal, 1, 1))
print(pcall(debug.getlocal, 0, 1))
local function shadow(x) local x = x + 1 local x = x + 1 dump(1) end
shadow(1)
local function loops() for a = 1, 1 do for b, c in next, { 1 } do local d = "d" dump(1) end end local e dump(1) end
loops();
(function(...) local p, q = ... dump(1) end)(1, 2)
local t = { m = function(self, x) dump(1) end }
t:m(5)
goto l1
::l1::
do local inner = 1 dump(1) end
repeat local r = 1 dump(1) until true
