-- %q: strings of every byte, numbers, and reading back.
for i = 0, 255 do
  local c = string.char(i)
  local q = ("%q"):format("<" .. c .. "1>")
  assert(loadstring("return " .. q)() == "<" .. c .. "1>")
  print(i, (q:gsub("[^ -~\n]", function(x) return "{" .. x:byte() .. "}" end)))
end
for _, v in ipairs{ 0, -0, 1, -1, 0.5, 0.1, 1e100, 1/0, -1/0, 0/0, 2^53, -2^63, 5e-324, 123456789012, 1/3 } do
  local ok, s = pcall(string.format, "%q", v)
  print(v, ok, s, ok and pcall(loadstring("return " .. s)))
end
print(pcall(string.format, "%q", nil))
print(pcall(string.format, "%q", true))
print(pcall(string.format, "%q", {}) == false)
print(pcall(string.format, "%q"))
print(pcall(string.format, "%5q", "x"))
print(pcall(string.format, "%.1q", "x"))
print(pcall(string.format, "%-q", "x"))
print(("%q %q"):format("a\nb", 'c"d\\e'))
print(("%q"):format("\r\n\0\0011\200"))
print(("%q"):format(setmetatable({}, { __tostring = function() return "t\n" end })))
