-- Patterns and subjects made at random, most of them odd; find, match, gsub and gmatch on each.
math.randomseed(20260101)
local pieces = { "a", "b", ".", "%a", "%d", "%s", "%w", "%W", "%p", "[ab]", "[^a]", "[a-c]", "[%d_]", "(a)", "(.)",
  "()", "%1", "(%a*)", "%b()", "%bab", "%f[%a]", "%f[^%w]", "*", "+", "-", "?", "^", "$", "[]", "[^]", "%", "(", ")",
  "x", "%.", "%z", "[%]]", "[a-]", "(a(b))", "%2" }
local bits = { "a", "b", "ab", "aab", "(", ")", "(a)", " ", "1", "22", "_", ".", "x", "B", "\0", "c" }
local function make(list, n)
  local r = {}
  for i = 1, math.random(0, n) do r[i] = list[math.random(#list)] end
  return table.concat(r)
end
local function show(...)
  local r = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    r[i] = type(v) == "string" and ("%q"):format(v) or tostring(v)
  end
  return table.concat(r, " ")
end
for i = 1, 900 do
  local p, s = make(pieces, 5), make(bits, 8)
  print(i, show(p, s))
  print(show(pcall(string.find, s, p)))
  print(show(pcall(string.match, s, p, 2)))
  print(show(pcall(string.gsub, s, p, "<%0>", 6)))
  print(show(pcall(function()
    local r = {}
    for a, b in s:gmatch(p) do r[#r + 1] = tostring(a) .. "/" .. tostring(b) if #r > 6 then break end end
    return table.concat(r, " ")
  end)))
end
