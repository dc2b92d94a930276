-- Conversions made at random, valid and not, over a few values.
math.randomseed(77)
local values = { 0, 1, -1, 42, -1234567, 0.5, -0.25, 1/3, 123456.789, 1e15, 1e21, -1e-5, 2^31, -2^31, 2^53, 1/0, -1/0,
  0/0, "12", "0x1p3", "abc", "", true }
local flags = { "", "", "", "-", "0", "+", " ", "#", "-0", "+#", "0+", " -", "#0" }
local convs = { "d", "i", "u", "x", "X", "o", "c", "e", "E", "f", "g", "G", "a", "A", "s", "q", "%", "y" }
for i = 1, 1200 do
  local f = "%" .. flags[math.random(#flags)] .. (math.random() < 0.5 and math.random(0, 30) or "") .. (math.random() < 0.4 and "." .. (math.random() < 0.9 and math.random(0,
    20) or "") or "") .. convs[math.random(#convs)]
  local v = values[math.random(#values)]
  local ok, s = pcall(string.format, "[" .. f .. "]", v)
  print(f, v, ok, (s:gsub("[%z\1-\31\127-\255]", function(c) return "\\" .. c:byte() end)))
end
