-- All pairs of binary operators on small numbers: which binds first?
local ops = { "+", "-", "*", "/", "%", "^", "..", "<", "<=", "==", "~=", "and", "or", "&", "|", "~", "<<", ">>",
  "~>>", "??", "&&", "||" }
for _, a in ipairs(ops) do
  local row = {}
  for _, b in ipairs(ops) do
    local src = ("return 7 %s 2 %s 3"):format(a, b)
    local f, e = loadstring(src, "=p")
    local ok, r
    if f then ok, r = pcall(f) else r = e end
    row[#row + 1] = b .. ":" .. tostring(r)
  end
  for i = 1, #row, 4 do print(a, table.concat(row, "  ", i, math.min(i + 3, #row))) end
end
