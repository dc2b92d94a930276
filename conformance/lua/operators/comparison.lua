-- Equality and order of all types of value.
local t, f, co, u = {}, function() end, coroutine.create(print), newproxy()
local vals = { { "nil", nil }, { "true", true }, { "false", false }, { "0", 0 }, { "-0", -0 }, { "1", 1 },
  { "nan", 0/0 }, { "inf", 1/0 }, { "''", "" }, { "'0'", "0" }, { "'a'", "a" }, { "'B'", "B" }, { "table", t },
  { "function", f }, { "thread", co }, { "userdata", u } }
for _, a in ipairs(vals) do
  local eq = {}
  for i, b in ipairs(vals) do
    eq[i] = tostring(a[2] == b[2]):sub(1, 1) .. tostring(a[2] ~= b[2]):sub(1, 1) .. tostring(rawequal(a[2], b[2])):sub(1,
      1)
  end
  print(a[1], table.concat(eq, " "))
end
for _, a in ipairs(vals) do for _, b in ipairs(vals) do
  local ok, r = pcall(function() return a[2] < b[2] end)
  print(a[1], "<", b[1], r, select(2, pcall(function() return a[2] >= b[2] end)))
end end
