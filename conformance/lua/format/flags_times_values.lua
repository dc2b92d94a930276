-- string.format: every conversion with many flags, widths and values
local vals = {0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, 3.5, 1e15, 1e16, 1e17, 123456789012, 2^31, 2^32, 2^53, 2^63, -2^63, 1e100, 1e308, 1e-5, 1e-4, 0.1, 1/3, 1/0, -1/0, 0/0, 9.995, 9.9995, 99999.5, 999999.5, 0.00001234, 123456.789}
local flags = {"", "-", "+", " ", "0", "#", "-+", "+0", " 0", "#0", "-#", "+#0"}
local widths = {"", "1", "8", "20", ".0", ".1", ".3", ".10", "12.4", "20.0", ".99", "99"}
for _, conv in ipairs{"g","e","f","G","E","a","A"} do
  for _, fl in ipairs(flags) do
    for _, w in ipairs(widths) do
      local t = {}
      local fmt = "%"..fl..w..conv
      for i, v in ipairs(vals) do
        local ok, s = pcall(string.format, fmt, v)
        if #s > 130 then s = s:sub(1,40).."~"..#s.."~"..s:sub(-20) end
        t[#t+1] = s:gsub("-nan","nan")
      end
      print(fmt, table.concat(t, "|"))
    end
  end
end
