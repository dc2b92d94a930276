-- Every class over every byte.
for _, c in ipairs{ "a", "c", "d", "g", "l", "p", "s", "u", "w", "x", "z", "A", "C", "D", "G", "L", "P", "S", "U",
  "W", "X", "Z", "%", ".", "q", "-" } do
  local n, ranges, start = 0, {}, nil
  for i = 0, 256 do
    local m = i < 256 and string.char(i):find("^%" .. c .. "$")
    if m then
      n = n + 1
      start = start or i
    elseif start then
      ranges[#ranges + 1] = start .. "-" .. (i - 1)
      start = nil
    end
  end
  print("%" .. c, n, table.concat(ranges, " "))
end
for _, set in ipairs{ "[a-c]", "[^a-c]", "[abc]", "[%a]", "[%d%s]", "[^%w]", "[]]", "[^]]", "[]a]", "[a-]", "[-a]",
  "[%-a]", "[a%-c]", "[a-c-e]", "[%]]", "[%^a]", "[a^]", "[.]", "[%.]", "[\0-\31]", "[\128-\255]", "[^\0]", "[%z]",
  "[%z\1]", "[%%]", "[z-a]", "[a-a]", "[%a-z]", "[a-%z]", "[+-/]", "[[]", "[%[%]]", "[%w_]", "[^%s%p]", "[0-9a-fA-F]",
  "[%x]", "[^^]", "[^%^-]", "[]-a]", "[!-~]" } do
  local n, ranges, start = 0, {}, nil
  local ok, e = pcall(string.find, "x", set)
  if ok then
    for i = 0, 256 do
      local m = i < 256 and string.char(i):find("^" .. set .. "$")
      if m then
        n = n + 1
        start = start or i
      elseif start then
        ranges[#ranges + 1] = start .. "-" .. (i - 1)
        start = nil
      end
    end
  end
  print(("%q"):format(set), ok or e, n, table.concat(ranges, " "))
end
