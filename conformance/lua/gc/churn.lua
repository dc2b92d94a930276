-- A lot of garbage of every kind while structures stay intact.
local live = {}
local seed = 1
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n + 1 end
for i = 1, 200 do live[i] = { id = i, name = "n" .. i, sub = { i, i * 2 }, f = function() return i end } end
for round = 1, 30 do
  for i = 1, 2000 do
    local t = { i, tostring(i), function() return i end, { x = i } }
    local s = ("x"):rep(i % 50) .. i
    if i % 100 == 0 then
      local k = rnd(200)
      live[k] = { id = k, name = "n" .. k, sub = { k, k * 2 }, f = function() return k end }
    end
  end
  local co = coroutine.wrap(function() for j = 1, 10 do coroutine.yield({ j }) end end)
  for j = 1, 5 do co() end
  if round % 10 == 0 then collectgarbage() end
end
local ok = true
for i = 1, 200 do
  local o = live[i]
  if o.id ~= i or o.name ~= "n" .. i or o.sub[1] ~= i or o.sub[2] ~= i * 2 or o.f() ~= i then ok = false end
end
print(ok, #live)
local str = {}
for i = 1, 3000 do
  str[#str + 1] = ("%d:%s"):format(i, ("ab"):rep(i % 7))
  if #str > 500 then str = { table.concat(str):sub(-10) } end
end
print(#str, str[1])
local list
for i = 1, 10000 do list = { next = list, v = i } end
local n, s = 0, 0
while list do n = n + 1 s = s + list.v list = list.next if n % 1000 == 0 then collectgarbage("step") end end
print(n, s)
local g = {}
for i = 1, 100 do g[i] = {} end
for i = 1, 100 do for j = 1, 10 do g[i][j] = g[rnd(100)] end end
collectgarbage()
local c = 0
for i = 1, 100 do c = c + #g[i] end
print(c)
local up = {}
for i = 1, 100 do local v = { i } up[i] = { function() return v[1] end, function(x) v = { x } end } end
collectgarbage()
for i = 1, 100 do up[i][2](i * 3) end
collectgarbage()
local sum = 0
for i = 1, 100 do sum = sum + up[i][1]() end
print(sum)
for i = 1, 50 do
  local t = {}
  for j = 1, 200 do t["k" .. j] = j end
  for j = 1, 200 do t["k" .. j] = nil end
  for j = 1, 200 do t["q" .. j] = j end
end
print("done")
