-- sub, byte, rep, find, upper, reverse and concatenation on random strings and indices.
math.randomseed(31337)
local function str()
  local r = {}
  for i = 1, math.random(0, 12) do r[i] = string.char(math.random(97, 103)) end
  return table.concat(r)
end
for i = 1, 600 do
  local s, u, a, b = str(), str(), math.random(-14, 14), math.random(-14, 14)
  print(s, u, a, b, s:sub(a, b), s:rep(a % 4, u:sub(1, 2)), s:reverse() .. u:upper(), s:find(u:sub(1, 1), a, true),
    s < u, s == u, #(s .. u))
  print(s:byte(a, b))
  print(s:find(u:sub(1, 2), b))
  print((s:gsub(u:sub(1, 1), a % 2 == 0 and "" or "%0%0", math.abs(b))))
end
