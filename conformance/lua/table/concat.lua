-- table.concat: separators, ranges, numbers, errors.
local t = { "a", "b", "c", 1, 2.5, -0 }
print(table.concat(t), table.concat(t, ","), table.concat(t, ", ", 2), table.concat(t, "-", 2, 4),
  table.concat(t, "-", 3, 3), table.concat(t, "-", 4, 3), table.concat({}), table.concat({}, ","),
  table.concat({ "x" }, ","), table.concat(t, 0), table.concat(t, "", 1, 2), table.concat(t, nil, 5))
for i = -1, 8 do for j = -1, 8, 3 do print(i, j, pcall(table.concat, t, ",", i, j)) end end
for _, c in ipairs{ "table.concat()", "table.concat(nil)", "table.concat(5)", "table.concat({}, {})",
  "table.concat({}, true)", "table.concat({1,2}, ',', 'x')", "table.concat({1,2}, ',', 1, 'y')",
  "table.concat({1,2}, ',', '1', '2')", "table.concat({1,nil,3})", "table.concat({1,2}, ',', 1, 3)",
  "table.concat({true})", "table.concat({1,{},3})", "table.concat({1,print,3})", "table.concat({1, false})",
  "table.concat({{}}, ',')", "table.concat({1,2,3}, ',', nil, nil)", "table.concat({1,2,3}, ',', nil, 2)",
  "table.concat({1,2,3}, ',', 1.9, 2.9)", "table.concat({}, ',', 1, 1)", "table.concat({[0]='z',[1]='a'}, ',', 0, 1)",
  "table.concat({[-1]='m',[0]='z'}, ',', -1, 0)", "table.concat('x')", "table.concat({1e100, 0.1, 1/3, 2^53})",
  "table.concat({1LL})",
  "table.concat(setmetatable({}, {__index = function(_, k) return k < 3 and 'i' .. k or nil end}), ',', 1, 2)",
  "table.concat(setmetatable({'a'}, {__tostring = print}), ',')" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
local big = {}
for i = 1, 5000 do big[i] = i end
print(#table.concat(big), #table.concat(big, ", "), table.concat(big, " ", 4990))
print(#table.concat(big, ("x"):rep(100), 1, 100))
print(table.concat({ "a\0b", "c" }, "\0") == "a\0b\0c")
