-- gmatch: captures, empty matches, anchors, state.
local function all(s, p)
  local r = {}
  local ok, e = pcall(function()
    for a, b, c in s:gmatch(p) do
      r[#r + 1] = tostring(a) .. (b and "/" .. tostring(b) or "") .. (c and "/" .. tostring(c) or "")
      if #r > 20 then break end
    end
  end)
  print(("%q"):format(s), p, #r, table.concat(r, " "), ok or e)
end
for _, s in ipairs{ "", "a", "abc", "one two  three", "k1=v1,k2=v2", "aaa", "a,b,,c", "x1y22z333", "(a)(b)", "\0a\0" } do
  for _, p in ipairs{ "", "a", ".", "%a+", "%a*", "%w+", "(%w+)=(%w+)", "([^,]*)", "[^,]+", "^a", "^%a+", "a$", "()",
    "()%a()", "%d+", "%b()", "(%a)(%d)", "%s", "%S+", ".-", ".*", "a-", "(a)(a)", "%f[%a]%a+", "%z" } do
    all(s, p)
  end
end
local it = ("a b c"):gmatch("%a")
print(it(), it(), it(), it(), pcall(it))
local it2 = ("ab"):gmatch("(.)(.)")
print(it2())
print(it2())
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do print(k, v) end
for a in ("xyz"):gmatch(".") do for b in ("12"):gmatch(".") do io.write(a, b, " ") end end
print()
print(type(("x"):gmatch("x")), ("x"):gmatch("x")(nil, 5))
print(pcall(("abc"):gmatch("(")))
print(pcall(("abc"):gmatch("%")))
print(("abc"):gmatch("b", 3)())
print(string.gmatch("a5b", 5)())
for n in ("1 -2 3.5 x 1e3"):gmatch("%S+") do io.write(tostring(tonumber(n)), " ") end
print()
local f = string.gmatch("hello world from Lua", "%a+")
local words = {}
for w in f do words[#words + 1] = w end
print(#words, words[4])
