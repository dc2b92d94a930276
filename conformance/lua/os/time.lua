-- os.time with tables: normalisation, missing and bad fields.
for _, t in ipairs{ { year = 1970, month = 1, day = 1, hour = 0 }, { year = 2000, month = 2, day = 29 },
  { year = 2001, month = 2, day = 29 }, { year = 2024, month = 13, day = 1, hour = 0 },
  { year = 2024, month = 0, day = 1, hour = 0 },
  { year = 2024, month = -5, day = -10, hour = 25, min = 61, sec = 61 },
  { year = 2024, month = 1, day = 366, hour = 12 }, { year = 1900, month = 1, day = 1, hour = 0 },
  { year = 2038, month = 1, day = 19, hour = 3, min = 14, sec = 8 },
  { year = 2024, month = 6, day = 15, hour = 12, isdst = true },
  { year = 2024, month = 6, day = 15, hour = 12, isdst = false }, { year = "2024", month = "06", day = "1" },
  { year = 2024.9, month = 1.5, day = 1.2 }, { year = 1e4, month = 1, day = 1 },
  { year = 2024, month = 1, day = 1, sec = 86400 * 365 } } do
  print(pcall(os.time, t))
  local ok, n = pcall(os.time, t)
  if ok and n then print(os.date("!%c", n)) end
end
for _, t in ipairs{ {}, { year = 2024 }, { year = 2024, month = 1 }, { month = 1, day = 1 }, { year = 2024, day = 1 },
  { year = "x", month = 1, day = 1 }, { year = 2024, month = {}, day = 1 }, { year = 2024, month = 1, day = true } } do
  print(pcall(os.time, t))
  print(pcall(function() return (os.time(t)) end))
end
print(pcall(os.time, 1))
print(pcall(os.time, "x"))
print(type(os.time()), os.time() > 1.7e9, os.time() == math.floor(os.time()), os.time(nil) ~= nil)
print(os.difftime(10, 5), os.difftime(5, 10), pcall(os.difftime), pcall(os.difftime, 1), pcall(os.difftime, "x", 1),
  os.difftime(1.5, 0.25), os.difftime("10", "3"))
print(type(os.clock()), os.clock() >= 0)
local a = os.clock()
for i = 1, 1e5 do end
print(os.clock() >= a)
for y = 1970, 2030, 5 do
  for _, m in ipairs{ 1, 2, 12 } do io.write(os.time{ year = y, month = m, day = 28, hour = 0 }, " ") end
end
print()
for d = 1, 400, 13 do
  local t = os.date("!*t", os.time{ year = 2023, month = 12, day = d, hour = 12 })
  io.write(t.year, "-", t.month, "-", t.day, "/", t.yday, "/", t.wday, " ")
end
print()
local rt = os.date("!*t", 1234567890)
print(os.time(rt) == 1234567890)
