-- Numbers to text and back: tostring, tonumber, string.format with many directives.
-- Measures: number formatting and parsing in the library.
-- small: 50
local n = tonumber(arg and arg[1]) or 380000

local format, tonumber, tostring = string.format, tonumber, tostring

local size, sum = 0, 0
for i = 1, n do
  local x = i * 1.37 - n / 3 + 0.001
  local a = format("%.3f", x)
  local b = format("%d %5d %-6d|%05d", i, i % 1000, -i % 777, i % 4096)
  local c = format("%x %X %o", i, i * 17 % 65536, i % 512)
  local d = format("%e %g %.10g", x, x / 7, x * 1e10)
  local e = format("%s %q %c", "item", "quo\"te", 65 + i % 26)
  local f = tostring(i) .. tostring(x * 0.5 + 0.25)
  size = size + #a + #b + #c + #d + #e + #f
  sum = sum + tonumber(a) + tonumber(c:match("^%x+"), 16) + tonumber("0x" .. format("%x", i))
  sum = sum + tonumber(format("%.14g", x)) + tonumber(tostring(i)) + (tonumber("not a number") or 1)
  sum = sum + tonumber("  " .. i .. "e-2  ") + ("10" + i) * "2"
  sum = sum % 1000000007
end
print(size, format("%.2f", sum))
