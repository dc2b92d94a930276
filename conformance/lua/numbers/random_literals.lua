-- Number-like texts made at random: tonumber, the lexer and arithmetic on strings agree with the oracle.
math.randomseed(4242)
local parts = { "0", "1", "9", "12", "00", "x", "0x", "b", "0b", ".", "e", "E", "p", "P", "+", "-", "_", " ", "f",
  "A", "LL", "ULL", "i", "n", "inf", "nan", "5", "77", "\t", "\n" }
for i = 1, 1500 do
  local r = {}
  for k = 1, math.random(1, 6) do r[k] = parts[math.random(#parts)] end
  local s = table.concat(r)
  local f, e = loadstring("return " .. s, "=n")
  local ok, v = nil, e
  if f then ok, v = pcall(f) end
  local n = tonumber(s)
  print(("%q"):format(s), n and ("%.17g"):format(n), tostring(ok), (tostring(v):gsub("\n", "~")),
    (pcall(function() return s + 0 end)), tonumber(s, 16), tonumber(s, 36))
end
