-- %s %c %% %p and conversions of other values.
for _, f in ipairs{ "%s", "%10s", "%-10s|", "%.2s", "%.0s", "%10.2s", "%-10.2s|", "%.10s", "%1s", "%20.20s", "%s%s",
  "[%s]", "%%%s%%", "%5s%%", "%.s" } do
  local r = {}
  for i, v in ipairs{ "", "a", "abc", "hello world", 12, 1.5, true, false, "x\0y", -0 } do
    r[i] = ("%q"):format(string.format(f, v, "2nd"))
  end
  print(f, table.concat(r, " "))
end
print(("%s %s %s"):format(nil, true, 1e100),
  ("%s"):format(setmetatable({}, { __tostring = function() return "obj" end })), ("%5s|%-5s|"):format(nil, true),
  ("%.2s"):format(false))
print(("%c%c%c"):format(72, 105, 33), #("%c"):format(0), ("%5c|%-5c|"):format(65, 66), ("%c"):format("67"),
  ("%c"):format(65.9), ("%c"):format(321), ("%c"):format(-1) == "\255")
print(("%%"):format(), ("a%%b"):format(1, 2), ("%d%%"):format(50))
print(("%s"):rep(3, ","):format(1, 2, 3), #("%s"):format(("x"):rep(5000)), #("%99s"):format("x"),
  #("%-99s"):format("x"), (("%99.99f"):format(1/3)))
print(("%s|%10s|%-10s|"):format("a\0b", "a\0b", "a\0b") == "a\0b|       a\0b|a\0b       |")
print(tostring(("%p"):format({})):match("^0x%x+$") ~= nil, pcall(string.format, "%p", 5),
  pcall(string.format, "%p", nil), pcall(string.format, "%10p", true), ("%p"):format("x") == ("%p"):format("x"),
  ("%p"):format(print) == ("%p"):format(print))
local t = {}
for i = 1, 20 do t[i] = ("%" .. i .. "d%-" .. i .. "s|"):format(i, i) end
print(table.concat(t))
print(("%2$s"):len(), pcall(string.format, "%2$s", 1))
print(("x"):format(), ("").format("%d", 3), string.format("%s", ("%d"):format(7)), string.format("no args", 1, 2),
  string.format(5), string.format("\0%s\0", "z") == "\0z\0")
