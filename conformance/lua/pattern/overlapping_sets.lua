-- Sets in patterns whose ranges and escapes overlap.
local subjects = {"", "a", "-", "%", "]", "[", "^", "a-z", "%d%%", "]]", "x]y[z", "a%]b", "0-9", "\0\1", "\127\128\255", "^-^"}
local sets = {"[a-%%]", "[%%-a]", "[%a-%%]", "[a-%]]", "[%-%%]", "[--%%]", "[!-%%]x", "[^a-%%]", "[%]-a]", "[]-a]", "[^]-a]", "[a%]", "[a%]b]", "[%]]", "[^%]]", "[a-]", "[-a]", "[a-b-c]", "[--/]", "[+--]", "[%--0]", "[%w-z]", "[z-a]", "[a-a]", "[^^]", "[^-^]", "[%^-]", "[[-]]", "[[]", "[%[]", "[%[-%]]", "[%z-\1]", "[\0-\31]", "[\128-\255]", "[%z%s]", "[^%z]", "[%%]", "[^%%]", "[a-%z]", "[%x-%z]"}
for _, p in ipairs(sets) do
  for _, s in ipairs(subjects) do
    local ok, a, b = pcall(string.find, s, p)
    local _, g = pcall(string.gsub, s, p, "<%0>")
    local _, n = pcall(function() local n = 0 for _ in (s .. s):rep(3):gmatch(p) do n = n + 1 end return n end)
    print(("%q %q"):format(p, s), ok, a, b, ("%q"):format(tostring(g)), n)
  end
end
