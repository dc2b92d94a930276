-- %d %i %u %x %X %o %c with flags, widths, precisions.
local vals = { 0, 1, -1, 42, -42, 255, 65535, 2147483647, -2147483648, 4294967295, 2^53, -2^53, 3.7, -3.7, 0.5, "10", "0x1f", -0 }
for _, f in ipairs{ "%d", "%i", "%u", "%x", "%X", "%o", "%5d", "%-5d|", "%05d", "%+d", "% d", "%+5d", "% 5d",
  "%-+5d|", "%.3d", "%8.3d", "%-8.3d|", "%08.3d", "%.0d", "%.d", "%#x", "%#X", "%#o", "%#10x", "%#010x", "%-#10x|",
  "%.8x", "%20d", "%-20d|", "%020d", "%3d", "%1d", "%x%x", "%+x", "%+u", "% u", "%.20d" } do
  local r = {}
  for i, v in ipairs(vals) do local ok, s = pcall(string.format, f, v, v) r[i] = ok and s or "!" .. s end
  print(f, table.concat(r, " "))
end
for _, v in ipairs{ 2^63, 2^64, -2^63, -2^64, 1e19, 1e20, 1/0, -1/0, 0/0, 2^62, 1e15, -1e15, 1.5e15 } do
  print(v, pcall(string.format, "%d %x %u %o", v, v, v, v))
end
