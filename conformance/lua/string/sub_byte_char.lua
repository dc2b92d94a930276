-- sub, byte, char over index ranges.
local s = "hello"
for i = -7, 7 do local r = {} for j = -7, 7 do r[#r + 1] = s:sub(i, j) end print(i, s:sub(i), table.concat(r, "|")) end
for i = -7, 7 do print(i, s:byte(i)) print(i, s:byte(i, i + 2)) print(i, s:byte(2, i)) end
print((""):sub(1), (""):sub(0, 0), (""):byte(), (""):byte(1, 10), ("\0\255\128"):byte(1, -1))
print(s:sub(2^31), s:sub(-2^31), s:sub(1, 2^31), s:sub(1, 2^53), s:sub(-2^53, 2), s:sub(1.9, 3.9), s:sub("2", "3"),
  s:sub(1, 1/0), s:sub(-1/0, 2))
print(string.char(), string.char(72, 105), #string.char(0, 1, 255), string.char(65.9))
local all = {}
for i = 0, 255 do all[i + 1] = i end
local a = string.char(unpack(all))
print(#a, a:byte(1), a:byte(128), a:byte(256), a:sub(66, 70))
for _, c in ipairs{ "string.char(256)", "string.char(-1)", "string.char('a')", "string.char(65, nil)",
  "string.char(65, {})", "string.char('66')", "string.char(1e10)", "string.char(0/0)", "string.sub()",
  "string.sub('x')", "string.sub('x', 'y')", "string.sub('x', {})", "string.sub({}, 1)", "string.sub(nil, 1)",
  "string.sub(12345, 2, 3)", "string.byte()", "string.byte('')", "string.byte('x', 'y')", "string.byte(65)",
  "string.byte('abc', 1, 'x')", "('x'):sub()", "('x'):byte({})", "('x').sub('abc', 2)", "string.sub('abc', nil)",
  "string.sub('abc', 1, nil)", "string.byte('abc', nil, nil)", "string.byte('abc', 2, nil)", "string.sub(true, 1)" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
