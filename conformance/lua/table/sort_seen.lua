-- What can be seen of table.sort from its comparison function: levels, names, errors, hooks.
local function copy(t)
  local c = {}
  for i = 1, #t do c[i] = t[i] end
  return c
end

local function numbers(n)
  local t, x = {}, 42
  for i = 1, n do
    x = (x * 16807) % 2147483647
    t[i] = x % 1000
  end
  return t
end

-- The levels: comparison function, sort, whoever called it.
do
  local seen
  local function less(a, b)
    if not seen then
      seen = {}
      for level = 1, 10 do
        local info = debug.getinfo(level, "Snlf")
        if not info then break end
        seen[#seen + 1] = string.format("%d %s %s %s %s %s %s", level, info.what, info.short_src, tostring(info.name),
          info.namewhat, info.currentline, tostring(info.func == table.sort))
      end
      seen[#seen + 1] = debug.traceback("here", 1)
      seen[#seen + 1] = debug.traceback("above", 2)
      for level = 1, 3 do
        for i = 1, 3 do
          local name, value = debug.getlocal(level, i)
          local shown = type(value) == "table" and "table" or type(value) == "function" and "function" or tostring(value)
          if level ~= 2 or i <= 2 then seen[#seen + 1] = string.format("%d %d %s %s", level, i, tostring(name), shown) end
        end
      end
      seen[#seen + 1] = tostring(getfenv(2) == _G)
    end
    return a < b
  end
  local t = numbers(100)
  table.sort(t, less)
  for _, line in ipairs(seen) do print(line) end
end

-- Errors of the comparison function, with levels.
for level = 0, 4 do
  local function caller()
    table.sort(numbers(20), function(a, b) error("no order", level) end)
  end
  print(level, pcall(caller))
end
print(pcall(table.sort, { 3, 2, 1 }, function(a, b) return a.x < b.x end))
print(pcall(table.sort, { 3, 2, {} }, function(a, b) return a < b end))
print(pcall(table.sort, { 3, 2, {} }))
print(pcall(table.sort, { 3, "2", 1 }))
print(pcall(table.sort, { 3, nil, 1, nil, nil, 4, 7 }))
local function late()
  local t = numbers(200)
  local count = 0
  table.sort(t, function(a, b)
    count = count + 1
    if count == 900 then error({ count }) end
    return a < b
  end)
end
print(xpcall(late, function(e) return type(e) == "table" and e[1] .. debug.traceback(" handler", 1) or e end))
print(xpcall(function() table.sort(numbers(50), function(a, b) return true end) end, debug.traceback))
print(xpcall(function() table.sort(numbers(5), function(a, b) return true end) end, debug.traceback))

-- No order at all.
for _, answer in ipairs { true, 1, "", {} } do
  for n = 0, 40 do
    local t = numbers(n)
    local count = 0
    local ok, message = pcall(table.sort, t, function() count = count + 1 return answer end)
    print(n, ok, message, count, table.concat(t, " "))
  end
end
for n = 0, 12 do
  local t = numbers(n)
  print(n, pcall(table.sort, t, function() return false end), table.concat(t, " "))
  print(n, pcall(table.sort, t, function() end), table.concat(t, " "))
end

-- Comparison functions of the library, and what isn't one.
print(pcall(table.sort, { 1, 2, 3 }, 1))
print(pcall(table.sort, { 1, 2, 3 }, setmetatable({}, { __call = function(_, a, b) return a < b end })))
print(pcall(table.sort, 1, function() end))
print(pcall(table.sort))
print(pcall(table.sort, {}, 1))
print(pcall(table.sort, { 1 }, print))
do
  local t = numbers(30)
  print(pcall(table.sort, t, math.max))
  local s = numbers(30)
  print(pcall(table.sort, s, rawequal), table.concat(s, " "))
  local p = { 2, 1 }
  table.sort(p, print)
  print(pcall(table.sort, { 2, 1 }, error))
  print(pcall(table.sort, { "b", "a" }, string.rep))
end

-- Elements with __lt.
do
  local mt = {}
  local count, places = 0, {}
  mt.__lt = function(a, b)
    count = count + 1
    if count <= 2 then
      for level = 1, 4 do
        local info = debug.getinfo(level, "Snl")
        places[#places + 1] = table.concat({ count, level, info.what, tostring(info.name), info.namewhat, info.currentline }, " ")
      end
      places[#places + 1] = debug.traceback("lt", 1)
    end
    if count == 500 then error("five hundred", 1) end
    if count == 600 then error("six hundred", 2) end
    if count == 700 then error("seven hundred", 3) end
    return a[1] < b[1]
  end
  local function objects(n)
    local t = numbers(n)
    for i, x in ipairs(t) do t[i] = setmetatable({ x, i }, mt) end
    return t
  end
  for round = 1, 8 do
    local t = objects(10 * round)
    print(pcall(table.sort, t))
    local text = {}
    for i, o in ipairs(t) do text[i] = o[1] .. "/" .. o[2] end
    print(count, table.concat(text, " "))
  end
  for _, line in ipairs(places) do print(line) end
  -- Objects among others.
  local mixed = { 5, setmetatable({ 1 }, mt), 3, 4 }
  print(pcall(table.sort, mixed))
  mt.__lt = function(a, b)
    local x = type(a) == "table" and a[1] or a
    local y = type(b) == "table" and b[1] or b
    return x < y
  end
  local t = numbers(40)
  for i = 1, 40, 7 do t[i] = setmetatable({ t[i] }, mt) end
  print(pcall(table.sort, t))
  for i, o in ipairs(t) do t[i] = type(o) == "table" and "<" .. o[1] .. ">" or o end
  print(table.concat(t, " "))
  for _, handler in ipairs { 7, "x", setmetatable({}, { __call = function(_, a, b) return a[1] < b[1] end }) } do
    mt.__lt = handler
    print(pcall(table.sort, { setmetatable({ 2 }, mt), setmetatable({ 1 }, mt) }))
  end
end

-- The comparison function changes the table.
do
  local function run(n, change)
    local t = numbers(n)
    local count = 0
    local ok, message = pcall(table.sort, t, function(a, b)
      count = count + 1
      change(t, count)
      return (tonumber(a) or 0) < (tonumber(b) or 0)
    end)
    local text = {}
    for i = 1, n + 3 do text[i] = tostring(rawget(t, i)) end
    print(n, ok, message, count, table.concat(text, " "))
  end
  for _, n in ipairs { 2, 3, 10, 60 } do
    run(n, function(t, count) if count == 4 then t[n] = nil end end)
    run(n, function(t, count) if count == 3 then for i = n, 1, -1 do t[i] = nil end end end)
    run(n, function(t, count) if count == 2 then t[1], t[2] = nil, nil t[n + 1] = 5 end end)
    run(n, function(t, count)
      if count == 2 then
        t[n] = nil
        setmetatable(t, {
          __index = function() error("read") end,
          __newindex = function() error("written") end,
          __len = function() error("length") end,
        })
      end
    end)
    run(n, function(t, count) t[count % n + 1] = -count end)
    run(n, function(t, count) if count % 5 == 0 then collectgarbage() end end)
  end
end

-- Within one another, and in coroutines.
do
  local outer = numbers(40)
  table.sort(outer, function(a, b)
    local inner = { a, b, a + 1, b + 1 }
    table.sort(inner, function(x, y) return x > y end)
    return inner[1] == a + 1 and inner[1] ~= b + 1
  end)
  print(table.concat(outer, " "))
  local co = coroutine.wrap(function()
    local t = numbers(30)
    table.sort(t, function(a, b) return a > b end)
    coroutine.yield(table.concat(t, " "))
    return table.concat(t, " ")
  end)
  print(co())
  print(co())
end

-- NaN, minus zero, equal elements.
do
  local nan = 0 / 0
  for n = 2, 14 do
    local t = numbers(n)
    for i = 1, n, 3 do t[i] = nan end
    local ok, message = pcall(table.sort, t, function(a, b) return a < b end)
    for i = 1, n do t[i] = t[i] ~= t[i] and "nan" or t[i] end
    print(ok, message, table.concat(t, " "))
  end
  local zeros = { 0, -0, 0, -0, 1, -1 }
  table.sort(zeros, function(a, b) return a < b end)
  for i, z in ipairs(zeros) do zeros[i] = z == 0 and tostring(1 / z) or z end
  print(table.concat(zeros, " "))
end

-- The same function for several comparison functions in turn.
do
  local order = {
    function(a, b) return a < b end,
    function(a, b) return a > b end,
    function(a, b) return a % 10 < b % 10 end,
    function(a, b) return tostring(a) < tostring(b) end,
  }
  local sum = 0
  for round = 1, 60 do
    local t = numbers(20 + round % 7)
    table.sort(t, order[round % 4 + 1])
    for i, x in ipairs(t) do sum = (sum * 7 + x * i) % 1000003 end
    local k = round
    table.sort(t, function(a, b) return (a + k) % 100 < (b + k) % 100 end)
    for i, x in ipairs(t) do sum = (sum * 7 + x * i) % 1000003 end
  end
  print(sum)
end

-- Hooks see the comparison function and nothing else.
do
  local events = {}
  local function hook(event, line)
    local info = debug.getinfo(2, "Sn")
    if #events < 60 then events[#events + 1] = event .. " " .. tostring(line) .. " " .. info.what end
  end
  local t = { 3, 1, 2, 5 }
  debug.sethook(hook, "crl")
  table.sort(t, function(a, b)
    return a < b
  end)
  debug.sethook()
  for _, e in ipairs(events) do print(e) end
  local counted, t = 0, numbers(100)
  debug.sethook(function() counted = counted + 1 end, "", 1)
  table.sort(t, function(a, b) return a < b end)
  debug.sethook()
  print(counted)
  events = {}
  table.sort({ 4, 3, 2, 1, 6 }, function(a, b)
    debug.sethook(hook, "l")
    return a < b
  end)
  debug.sethook()
  for _, e in ipairs(events) do print(e) end
end

print(pcall(string.dump, table.sort))
print(debug.getinfo(table.sort, "S").what, debug.getinfo(table.sort, "S").short_src, debug.getinfo(table.sort, "u").nups)
print(debug.getupvalue(table.sort, 1), (tostring(table.sort):gsub("%d+", "N")))
