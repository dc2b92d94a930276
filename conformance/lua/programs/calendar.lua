-- Calendars, weekdays, leap years, Easter, Julian days by arithmetic and by os.time.
local function leap(y) return y % 4 == 0 and (y % 100 ~= 0 or y % 400 == 0) end
local function days(y, m) return ({ 31, leap(y) and 29 or 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 })[m] end
local function weekday(y, m, d)
  local t = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 }
  if m < 3 then y = y - 1 end
  return (y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) + t[m] + d) % 7
end
local names = { [0] = "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local function cal(y, m)
  local title = ("%s %d"):format(({ "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December" })[m], y)
  print((" "):rep(math.floor((20 - #title) / 2)) .. title)
  print("Su Mo Tu We Th Fr Sa")
  local line = ("   "):rep(weekday(y, m, 1))
  for d = 1, days(y, m) do
    line = line .. ("%2d "):format(d)
    if weekday(y, m, d) == 6 or d == days(y, m) then print((line:gsub("%s+$", ""))) line = "" end
  end
end
cal(2024, 2)
cal(2023, 10)
cal(1900, 2)
for _, y in ipairs{ 1900, 1996, 2000, 2023, 2024, 2100 } do
  print(y, leap(y), names[weekday(y, 1, 1)], names[weekday(y, 12, 31)])
end
local bad = 0
for t = 0, 86400 * 20000, 86400 * 97 do
  local d = os.date("!*t", t)
  if weekday(d.year, d.month, d.day) + 1 ~= d.wday then bad = bad + 1 end
end
print("weekday mismatches", bad)
local function jdn(y, m, d)
  local a = math.floor((14 - m) / 12)
  y = y + 4800 - a
  m = m + 12 * a - 3
  return d + math.floor((153 * m + 2) / 5) + 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400) - 32045
end
print(jdn(2000, 1, 1), jdn(1970, 1, 1), jdn(2024, 2, 29) - jdn(2023, 2, 28))
for t = 0, 2e9, 123456789 do
  local d = os.date("!*t", t)
  assert(jdn(d.year, d.month, d.day) - 2440588 == math.floor(t / 86400))
end
local function easter(y)
  local a, b, c = y % 19, math.floor(y / 100), y % 100
  local d, e = math.floor(b / 4), b % 4
  local f = math.floor((b + 8) / 25)
  local g = math.floor((b - f + 1) / 3)
  local h = (19 * a + b - d - g + 15) % 30
  local i, k = math.floor(c / 4), c % 4
  local l = (32 + 2 * e + 2 * i - h - k) % 7
  local m = math.floor((a + 11 * h + 22 * l) / 451)
  return math.floor((h + l - 7 * m + 114) / 31), (h + l - 7 * m + 114) % 31 + 1
end
for y = 2020, 2030 do io.write(y, ":", table.concat({ easter(y) }, "/"), " ") end
print()
local f13 = {}
for y = 2020, 2026 do for m = 1, 12 do if weekday(y, m, 13) == 5 then f13[#f13 + 1] = y .. "-" .. m end end end
print(table.concat(f13, " "))
local function age(s)
  local u = { { "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 } }
  local r = {}
  for _, x in ipairs(u) do local n = math.floor(s / x[2]) s = s % x[2] if n > 0 then r[#r + 1] = n .. x[1] end end
  return #r > 0 and table.concat(r, " ") or "0s"
end
for _, s in ipairs{ 0, 59, 60, 3661, 86399, 86400, 1e6 } do print(s, age(s)) end
