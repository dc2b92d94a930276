-- table.sort with comparators: numbers descending, records by two fields.
-- Measures: calls from the library's sort back into Lua.
-- small: 100
local n = tonumber(arg and arg[1]) or 280000

local seed = 1
local function random(limit)
  seed = (seed * 16807) % 2147483647
  return seed % limit
end

local t = {}
for i = 1, n do t[i] = random(1000000) end
table.sort(t, function(a, b) return a > b end)
for i = 2, n do assert(t[i - 1] >= t[i]) end
print(t[1], t[math.ceil(n / 2)], t[n])

local people = {}
for i = 1, n do
  people[i] = { name = string.format("name%d", random(2000)), age = random(90), id = i }
end
table.sort(people, function(a, b)
  if a.age ~= b.age then return a.age < b.age end
  if a.name ~= b.name then return a.name < b.name end
  return a.id < b.id
end)
local sum = 0
for i, p in ipairs(people) do sum = (sum * 31 + p.id + i) % 16777213 end
print(people[1].age, people[n].age, string.format("%d", sum))

local order = {}
for i = 1, n do order[i] = i end
table.sort(order, function(i, j)
  local a, b = t[i] % 1000, t[j] % 1000
  return a < b or a == b and i < j
end)
sum = 0
for i = 1, n do sum = (sum * 31 + order[i]) % 16777213 end
print(string.format("%d", sum))
