-- Tables of all small sizes made in hot loops, kept, dropped and collected.
local makers = {}
for n = 0, 20 do
  local items = {}
  for i = 1, n do items[i] = i == 1 and "x" or "x + " .. i end
  makers[n] = load("local x = ... return { " .. table.concat(items, ", ") .. " }")
end
local function sum(t) local s = 0 for i = 1, #t do s = s + t[i] end return s end
for n = 0, 20 do
  local make, total, kept, holes = makers[n], 0, {}, 0
  for i = 1, 400 do
    local t = make(i)
    total = total + sum(t) + #t
    kept[i % 7 + 1] = t
    if t[n + 1] ~= nil or t[0] ~= nil or next(t, n > 0 and n or nil) ~= nil or getmetatable(t) then holes = holes + 1 end
  end
  for i = 1, 7 do total = total + sum(kept[i]) end
  print(n, total, holes)
end
-- They grow like others.
local total = 0
for i = 1, 400 do
  local t = {}
  for j = 1, i % 9 do t[j] = j end
  t.x, t[i + 0.5], t[-i] = i, 1, 2
  local u = { i, nil, i }
  u[#u + 1] = 1
  u.n = #u
  for k, v in pairs(t) do total = total + v end
  for k, v in pairs(u) do total = total + v end
  setmetatable(t, { __index = u })
  total = total + t[1] + t.n + #t
end
print(total)
-- With little memory to spare, collections in between.
local list
for round = 1, 30 do
  list = nil
  for i = 1, 300 do list = { i, list } end
  if round % 10 == 0 then collectgarbage() end
  if round % 7 == 0 then collectgarbage("step") end
end
local n, length = list, 0
while n do length = length + n[1] n = n[2] end
print(length)
