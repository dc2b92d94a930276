-- Functions whose loops became traces look as before: dumps, errors, debug information.
local function sum(t)
  local s = 0
  for i = 1, #t do s = s + t[i] end
  for _, v in ipairs(t) do s = s + v end
  for _, v in pairs(t) do s = s + v end
  local i = 1
  while t[i] do s = s + t[i] i = i + 1 end
  repeat i = i - 1 s = s - 1 until i == 1
  return s
end
local t = {}
for i = 1, 200 do t[i] = i end
local before = string.dump(sum)
for _ = 1, 100 do sum(t) end
print(sum(t), before == string.dump(sum), loadstring(before)(t))

-- Errors within hot loops name what they should.
local function fails(n, bad)
  local s = 0
  for i = 1, n do
    local x = bad[i]
    s = s + x.field
  end
  return s
end
local list = {}
for i = 1, 300 do list[i] = { field = i } end
print(pcall(fails, 300, list))
list[250] = false
print(pcall(fails, 300, list))
list[250] = { field = {} }
print(pcall(fails, 300, list))
local function outer() return fails(300, list) end
print(select(2, xpcall(outer, debug.traceback)))

-- Locals are where debug.getlocal looks for them, within a call from a hot loop.
local seen
local function spy(i)
  if i == 150 then
    seen = {}
    for level = 2, 2 do
      local n = 1
      while true do
        local name, value = debug.getlocal(level, n)
        if not name then break end
        if type(value) == "number" then seen[#seen + 1] = name .. "=" .. value end
        n = n + 1
      end
    end
  end
end
local function watched(n)
  local a, b = 1, 2
  for i = 1, n do
    a, b = b, a + i
    spy(i)
  end
  return a, b
end
print(watched(200))
print(table.concat(seen, " "))
