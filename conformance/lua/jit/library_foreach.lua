-- table.foreach and foreachi in hot loops, and what their functions see.
local list, names = {}, {}
for i = 1, 200 do list[i] = i * 3 end
for i = 1, 50 do names["k" .. i] = i end

local sum = 0
for round = 1, 30 do
  table.foreachi(list, function(i, v) sum = sum + i * v end)
  table.foreach(names, function(k, v) sum = sum + #k * v end)
  table.foreach(list, function(k, v) sum = sum + k + v end)
end
print(sum)

-- What ends it.
for _, each in ipairs { "foreach", "foreachi" } do
  for _, result in ipairs { false, 0, "", "x" } do
    print(each, table[each](list, function(k) if k == 77 then return result, 1, 2 end end))
  end
  print(each, select("#", table[each](list, function() end)), select("#", table[each]({}, function() return 1 end)))
  print(each, select("#", table[each](list, function() return nil, 1 end)))
  print(each, pcall(table[each], list, function(k) if k == 150 then error("at " .. k) end end))
  print(each, pcall(table[each], list, function(k) if k == 150 then error("at " .. k, 2) end end))
  print(each, pcall(table[each], list, function(k) if k == 150 then error("at " .. k, 3) end end))
end

-- The table changes meanwhile.
for round = 1, 5 do
  local t = {}
  for i = 1, 100 do t[i] = i end
  local seen = 0
  table.foreachi(t, function(i, v)
    seen = seen + (v or 1000)
    t[101 - i] = nil
    t[i + 200] = i
  end)
  print(seen)
  t = {}
  for i = 1, 100 do t[i] = i end
  seen = 0
  table.foreach(t, function(k, v)
    seen = seen + v
    t[k] = nil
  end)
  print(seen, next(t))
  t = setmetatable({}, { __index = function() error("read") end, __len = function() error("length") end })
  for i = 1, 20 do t[i] = i end
  print(table.foreachi(t, function(i, v) t[i + 1] = nil if not v then return i end end))
end

-- Levels and names.
for _, each in ipairs { "foreach", "foreachi" } do
  local lines
  table[each](list, function(k, v)
    if k == 120 then
      lines = {}
      for level = 1, 3 do
        local info = debug.getinfo(level, "Snlf")
        lines[level] = table.concat({ info.what, info.currentline, tostring(info.name), info.namewhat,
          tostring(info.func == table[each]) }, " ")
      end
      lines[4] = tostring(debug.getinfo(2, "f").func == table[each])
      lines[5] = debug.traceback("here", 1):gsub("0x%x+", "somewhere")
    end
  end)
  for _, line in ipairs(lines) do print(line) end
end

-- Yields.
for _, each in ipairs { "foreach", "foreachi" } do
  local co = coroutine.wrap(function()
    return table[each](list, function(k, v)
      if k % 50 == 0 then coroutine.yield(v) end
      if k == 190 then return "end" end
    end)
  end)
  for i = 1, 4 do print(co()) end
end

-- Not a function, not a table.
print(pcall(table.foreach, list))
print(pcall(table.foreach, list, 1))
print(pcall(table.foreachi, nil, print))
print(pcall(table.foreachi, list, setmetatable({}, { __call = print })))
table.foreachi({ "a", "b" }, print)
