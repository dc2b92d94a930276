local vals = {0, 1, -1, 42, -42, 255, 2^31-1, 2^31, -2^31, 2^32, 2^53, -2^53, 1e15, 2^62, 2^63, -2^63, 2^64, 1e19, -1e19, 1.5, -1.5, 0/0, 1/0, -1/0, 3LL, -3LL, 18446744073709551615ULL, 9223372036854775808ULL, "10", "0x10", " 7 ", "1e2", "2.5", true, {}, "abc"}
for _, conv in ipairs{"d","i","u","x","X","o","c"} do
  for _, fl in ipairs{"", "-", "+", " ", "0", "#", "5", "-5", "05", "+05", ".5", "8.5", "-8.5", "08.5", ".0", "#x", "#10", "#010", "30", "-30.20"} do
    local fmt = "%"..fl..conv
    if fl == "#x" then fmt = "%#"..conv end
    local t = {}
    for i, v in ipairs(vals) do
      local ok, s = pcall(string.format, fmt, v)
      if type(v) == "table" then s = tostring(s):gsub("table: 0x%x+", "TAB") end
      t[#t+1] = ("%q"):format(s)
    end
    print(fmt, table.concat(t, "|"))
  end
end
for _, f in ipairs{"%", "%y", "%-", "%5", "%.", "%123d", "%.123d", "%--d", "%##x", "%+++d", "%0000d", "%  d", "%5.5.5d", "%ld", "%hd", "%n", "%l", "%*d", "%$", "%1$d", "%F", "%D", "%I", "%b", "%B", "%p", "%P", "%q5", "%5q", "%-q", "%.3q", "%%", "%5%", "%-%", "%s%", "%s%%%d%", "\0%d", "%d\0%d", "%\0", "%s\0%s"} do
  print(("%q"):format(f), pcall(string.format, f, 1, 2, 3))
end
for _, f in ipairs{"%s", "%10s", "%-10s|", "%.2s", "%10.2s", "%-10.2s|", "%.0s", "%.s", "%05s", "%+s", "%#s", "% s", "%100s", "%99s"} do
  for _, v in ipairs{"hello", "", "a\0b", 12, 1.5, true, setmetatable({}, {__tostring = function() return "MT" end}), setmetatable({}, {__tostring=function() return 5 end}), setmetatable({}, {__tostring=function() return nil end}), setmetatable({}, {__tostring=function() error("boom") end}), setmetatable({}, {__tostring="x"}), ("x"):rep(150)} do
    local ok, s = pcall(string.format, f, v)
    print(f, ok, (("%q"):format(tostring(s)):gsub("0x%x+", "A")))
  end
  print(f, pcall(string.format, f))
  print(f, pcall(string.format, f, nil))
end
for _, v in ipairs{"a\nb", "a\0b", "a\0001", "\r", "\r\n", "\"", "\\", "\127", "\200", "tab\t", "\1\0012", 1, 1.5, -0.0, 1/0, -1/0, 0/0, 2^53, 0.1, 1e300, true, {}, print} do
  print(pcall(function() local s = string.format("%q", v) return s:gsub("0x%x+", "A") end))
end
print(pcall(string.format, "%q", nil), pcall(string.format, "%q"))
print(string.format("%q", 5LL), string.format("%q", 5ULL), string.format("%q", -5LL))
print(string.format("%s %s", 5LL, 5ULL), string.format("%d", "9007199254740993"), pcall(string.format, "%d", "1.5"), pcall(string.format, "%x", "-1"))
print(string.format("%c%c%c", 0, 255, 256):byte(1,-1))
print(string.format("%5c|%-5c|%05c", 65, 66, 67))
print(#string.format("%c", 0), #string.format("%5c", 0))
print(pcall(string.format, 5), pcall(string.format, 5.5, 1), pcall(string.format), pcall(string.format, {}), pcall(string.format, nil))
print(string.format("%s", nil), string.format("%s", false))
print(pcall(string.format, "%d", {}), pcall(string.format, "%d", "x"), pcall(string.format, "%d"), pcall(string.format, "%d %d", 1))
