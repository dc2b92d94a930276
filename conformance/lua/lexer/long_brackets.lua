-- Long strings: levels, first newline, line ends, embedded brackets.
local function show(s) return #s, (s:gsub("[^ -~]", function(c) return ("<%d>"):format(c:byte()) end)) end
print(show[[abc]]) print(show[=[a]]b]=]) print(show[==[a]=]b]]c]==]) print(show[[

x]]) print(show[[
]]) print(show[=[]]]=]) print(show[[ [=[ ]=] ]]) print(show[[\n\x41\z]]) print(show[===[]==]]===])
for _, nl in ipairs{"\n", "\r", "\r\n", "\n\r"} do
  print(show(loadstring("return [[" .. nl .. "a" .. nl .. nl .. "b]]")()))
  print(show(loadstring("return [==[a" .. nl .. "b" .. nl .. "]==]")()))
  print(show(loadstring("return 'a\\" .. nl .. "b'")()))
  print(select(2, loadstring("x" .. nl .. nl .. "= = 1", "=nl")))
  print(select(2, loadstring("x = [[" .. nl .. nl .. "]] y", "=nl")))
  print(select(2, loadstring("--[[" .. nl .. nl .. "]] y", "=nl")))
end
print(show(loadstring("return [[a\0b]]")()))
print(show(loadstring("return [[\r\n\r\n]]")()))
print(show(loadstring("return [[\n\r\n]]")()))
print(show(loadstring("return [[\r\r]]")()))
for level = 0, 12 do
  local eq = ("="):rep(level)
  print(level, loadstring("return [" .. eq .. "[x" .. level .. "]" .. eq .. "]")())
end

