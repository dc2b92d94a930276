-- Escape sequences of quoted strings.
local function show(s)
  return (s:gsub("[^ -~]", function(c) return ("<%d>"):format(c:byte()) end))
end
local cases = {
  [["\a\b\f\n\r\t\v"]], [["\\ \" \'"]], [['\\ \" \'']], [["\65\066\0067"]], [["\0"]], [["\255"]], [["\256"]], [["\999"]], [["\1a"]],
  [["\x41\x4a\xfF"]], [["\x4"]], [["\x"]], [["\xg1"]], [["\u{41}"]], [["\u{7f}"]], [["\u{80}"]], [["\u{7ff}"]], [["\u{800}"]],
  [["\u{ffff}"]], [["\u{10000}"]], [["\u{10ffff}"]], [["\u{110000}"]], [["\u{}"]], [["\u41"]], [["\u{41"]], [["\u{d800}"]], [["\u{0000041}"]], [["\u{g}"]],
  [["\z   a"]], '"a\\z \n\n\t b"', '"a\\\nb"', '"a\\\r\nb"', '"a\\\n\rb"', '"a\\\rb"', [["\q"]], [["\c"]], [["\ "]], [["\8"]], [["\
"]], [["\z"]], [["a\0b\0"]], [["\300"]], [["\25a"]], [["\u{1F600}"]], [["\u{20AC}x"]], [["\X41"]], [["\U{41}"]], [["\_"]], [["\*"]],
}
for _, s in ipairs(cases) do
  local f, e = loadstring("return " .. s, "=esc")
  if f then print(show(s), #f(), show(f())) else print(show(s), show(e)) end
end
