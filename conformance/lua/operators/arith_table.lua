-- Every arithmetic operator over a table of values.
local v = { 0, -0, 1, -1, 2, -2, 3, 0.5, -0.5, 7, -7, 10, 1e15, 1e308, 1/0, -1/0, 0/0 }
local ops = { ["+"] = function(a, b) return a + b end, ["-"] = function(a, b) return a - b end,
  ["*"] = function(a, b) return a * b end, ["/"] = function(a, b) return a / b end,
  ["%"] = function(a, b) return a % b end, ["^"] = function(a, b) return a ^ b end }
for _, op in ipairs{"+", "-", "*", "/", "%", "^"} do
  for _, a in ipairs(v) do
    local row = {}
    for i, b in ipairs(v) do row[i] = tostring(ops[op](a, b)) end
    print(op, a, table.concat(row, " "))
  end
end
