-- Unary operators against every binary one.
local un = { "-", "not ", "#", "~", "!" }
local bin = { "+", "*", "^", "..", "<", "==", "and", "or", "&", "|", "~", "<<", "~>>", "??" }
for _, u in ipairs(un) do for _, b in ipairs(bin) do
  for _, operands in ipairs{ {"3", "2"}, {"'5'", "'4'"} } do
    local src = ("return %s%s %s %s%s"):format(u, operands[1], b, u, operands[2])
    local f, e = loadstring(src, "=u")
    if f then print(src, pcall(f)) else print(src, e) end
  end
end end
