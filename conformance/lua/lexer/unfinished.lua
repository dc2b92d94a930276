-- Unfinished strings and comments, and the token text in their messages.
local cases = { '"', "'", '"abc', "'abc", '"abc\n"', "'abc\ndef'", '"abc\\', '"abc\\\n', "[[", "[[abc", "[=[",
  "[=[ ]]", "[==[ ]=]", "[=", "[=x", "[==", "[=a[", "--[[", "--[[ abc", "--[==[ ]=]", "--[=x\nx", "--[", "--[[]]",
  "--", "x = [[a]", "x = [[\n\n\n", '"abc\0def', '"a\r', "x = 'a\tb\nc'", [["\x]], [["\u{]], [["\]], [["\12]],
  "x = \"a\\z", "x=[[]]]", "x=[[]]]]", "'\\z\n\n", "x = [=[ ]=] y", "@", "$", "x = $", "x @ y", "\\", "`", "x = `a`",
  "\1", "x = \127", "\200", "x = \255y", "#", "a # b" }
local function show(s) return (s:gsub("[^ -~]", function(c) return ("<%d>"):format(c:byte()) end)) end
for _, s in ipairs(cases) do
  local f, e = loadstring(s, "=c")
  print(show(s), f and "ok" or show(e))
end
