-- os.date with fixed times in UTC.
local times = { 0, 1, 86399, 86400, 951782400, 951868800, 1000000000, 1234567890, 1709164800, 1709251199, 2147483647,
  2147483648, 4102444800, -1, -86400, 1e10, 1583020799 }
for _, t in ipairs(times) do
  for _, f in ipairs{ "!%Y-%m-%d %H:%M:%S", "!%c", "!%x %X", "!%a %A %b %B %p", "!%d %e %j %U %W %w %u %V %G %g",
    "!%I %M %S %y %C %n %t %% %D %F %T %R %r %h %Z %z", "%Y-%m-%d %H:%M:%S %Z", "!%s %k %l" } do
    print(t, f, pcall(os.date, f, t))
  end
  local d = os.date("!*t", t)
  print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst)
end
for _, c in ipairs{ "os.date('!', 0)", "os.date('!%', 0)", "os.date('!%Q', 0)", "os.date('!%Ey', 0)",
  "os.date('!%Od', 0)", "os.date('!plain', 0)", "os.date('!%%', 0)", "os.date('!' .. ('%Y'):rep(100), 0)",
  "os.date('!%Y', 'x')", "os.date({}, 0)", "os.date('!%Y', {})", "os.date('!%Y', '0')", "os.date('!%Y', 0.9)",
  "os.date('!%Y', -0.5)", "os.date('!%Y', 1e18)", "os.date('!%Y', 2^60)", "type(os.date())", "#os.date('%Y')",
  "os.date('*t', 0).year", "os.date('!*t', 0).hour", "os.date('!*tx', 0)", "os.date('!a\\0b', 0)", "os.date(nil, 0)",
  "os.date(true)", "os.date('!%Y', nil) == os.date('!%Y')" } do
  print(c, pcall(assert(loadstring("return (function(...) return type((...)) == 'table' and '{}' or ... end)(" .. c .. ")",
    "=c"))))
end
