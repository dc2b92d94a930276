-- foreach, foreachi, move, unpack, pack.
table.foreachi({ "a", "b", "c" }, function(i, v) print(i, v) end)
print(table.foreachi({ "a", "b" }, function(i, v) return i, v, "more" end))
print(table.foreachi({}, print), table.foreachi({ 1, nil, 3 }, function(i, v) io.write(i, " ") end))
table.foreach({ 10, 20 }, print)
table.foreach({ x = 1 }, print)
print(table.foreach({ 5, 6 }, function(k, v) if v == 6 then return "found", k end end))
print(table.foreach({}, print))
for _, c in ipairs{ "table.foreach()", "table.foreach({})", "table.foreach({}, 1)", "table.foreach(1, print)",
  "table.foreachi()", "table.foreachi({})", "table.foreachi({}, {})", "table.foreachi('x', print)",
  "table.foreach({1}, error)", "table.foreachi({1}, error)", "table.unpack", "table.pack", "table.move()",
  "table.move({})", "table.move({}, 1)", "table.move({}, 1, 2)", "table.move({}, 1, 2, 'x')",
  "table.move({}, 'a', 2, 3)", "table.move({}, 1, 2, 3, 4)", "table.move(1, 1, 1, 1)", "table.move({}, 1, 2, 3, nil)",
  "table.move({}, 1, 0, 'x')" } do
  print(c, pcall(assert(loadstring("return (function(...) return type((...)) == 'table' and '{}' or ... end)(" .. c .. ")",
    "=c"))))
end
local function show(t, a, b)
  local r = {}
  for i = a or 1, b or 10 do r[#r + 1] = tostring(t[i]) end
  return table.concat(r, " ")
end
print(show(table.move({ 1, 2, 3 }, 1, 3, 2)))
print(show(table.move({ 1, 2, 3 }, 2, 3, 1)))
print(show(table.move({ 1, 2, 3 }, 1, 3, 5)))
print(show(table.move({ 1, 2, 3 }, 1, 3, 1, {})))
print(show(table.move({ 1, 2, 3 }, 1, 3, 3, { "a", "b" })))
print(show(table.move({ 1, 2, 3 }, 1, 0, 5)))
print(show(table.move({ 1, 2, 3 }, 2, 2, 1)))
print(show(table.move({ [0] = 0, [-1] = -1 }, -1, 0, 1)))
print(show(table.move({ 1, 2, 3, 4, 5 }, 1, 4, 2)))
print(show(table.move({ 1, 2, 3, 4, 5 }, 2, 5, 1)))
print(show(table.move({ 1, nil, 3 }, 1, 3, 4)))
local d = {}
print(table.move({ 1 }, 1, 1, 1, d) == d, d[1])
local log = {}
local src = setmetatable({}, { __index = function(_, k) log[#log + 1] = "get" .. k return k * 10 end })
local dst = setmetatable({}, { __newindex = function(_, k, v) log[#log + 1] = "set" .. k .. "=" .. v end })
table.move(src, 1, 3, 2, dst)
print(table.concat(log, " "))
log = {}
local same = setmetatable({}, { __index = function(_, k) log[#log + 1] = "g" .. k return k end,
  __newindex = function(_, k, v) log[#log + 1] = "s" .. k end })
table.move(same, 1, 3, 2)
print(table.concat(log, " "))
