-- The length of a list of results with holes is the one that LuaJIT's sizes give.
local function f(...) return ... end
local function count(...) local t = {...} return #t end
print(#{f(true, nil, "x")}, #{f(true, nil, "x", 4)}, #{f(1, nil)}, #{f(nil, 2)}, #{f(nil, nil, 3)}, #{f(1, 2, nil, 4)}, #{f(1, nil, 3, nil, 5)})
print(#{pcall(f, nil, "x")}, #{pcall(f, nil, "x", 4)}, #{pcall(f, nil)}, #{pcall(f, nil, nil, nil, nil)}, #{f()}, #{1, f()}, #{1, 2, f()}, #{1, 2, 3, f()})
print(#{1, f(nil, 3)}, #{1, 2, f(nil, 3, nil, 5)}, #{f(nil), 2}, #{n = 1, f(nil, 2, 3)}, #{[5] = 5, f(1, nil, 3)})
local t = {pcall(f, nil, "m")} print(#t, unpack(t)) t[4] = 4 print(#t) t[2] = 2 print(#t)
t = {pcall(io.open, "/nonexistent/x")} print(#t, unpack(t)) print(#t, unpack(t, 1, 4))
for n = 0, 20 do
  local line = {}
  for hole = 1, n do
    local t = {}
    for i = 1, n do if i ~= hole then t[i] = i end end
    line[hole] = ("%d/%d/%d/%d"):format(#t, #{f(unpack(t, 1, n))}, count(unpack(t, 1, n)), #{0, f(unpack(t, 1, n))})
  end
  print(n, table.concat(line, " "))
end
for mask = 0, 63 do
  local t, n = {}, 6
  for i = 1, n do t[i] = bit.band(mask, bit.lshift(1, i - 1)) ~= 0 and i or nil end
  io.write(#{f(unpack(t, 1, n))}, count(unpack(t, 1, 5)), count(unpack(t, 1, 4)), count(unpack(t, 1, 3)), " ")
end
print()
