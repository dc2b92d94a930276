-- Patterns at work: split, trim, csv, url, ini, templates, numbers.
local function split(s, sep, plain)
  local r, i = {}, 1
  while true do
    local a, b = s:find(sep, i, plain)
    if not a then r[#r + 1] = s:sub(i) return r end
    r[#r + 1] = s:sub(i, a - 1)
    i = b + 1
  end
end
for _, c in ipairs{ { "a,b,c", "," }, { "", "," }, { ",", "," }, { ",,", "," }, { "a", "," }, { "a, b,  c", ",%s*" },
  { "a.b.c", ".", true }, { "1--2--3", "--", true }, { "x  y", " " } } do
  local r = split(c[1], c[2], c[3])
  print(#r, table.concat(r, "|"))
end
for _, s in ipairs{ "", " ", "x", "  x", "x  ", "  x y  ", "\t\n x \r\n" } do
  print("[" .. s:match("^%s*(.-)%s*$") .. "]", "[" .. s:gsub("^%s+", "") .. "]", "[" .. s:gsub("%s+$", "") .. "]")
end
local function csv(line)
  local r = {}
  line = line .. ","
  local i = 1
  while i <= #line do
    if line:sub(i, i) == '"' then
      local txt, c = "", nil
      i = i + 1
      repeat local a, b, t, q = line:find('^([^"]*)"("?)', i) txt = txt .. t .. q i = b + 1 c = q until c ~= '"'
      r[#r + 1] = txt
      i = line:find(",", i) + 1
    else
      local a = line:find(",", i)
      r[#r + 1] = line:sub(i, a - 1)
      i = a + 1
    end
  end
  return r
end
for _, l in ipairs{ 'a,b,c', '"a,b",c', '"say ""hi""",x', '', ',', 'x,"",y', '1,"multi word",3' } do
  local r = csv(l)
  print(#r, table.concat(r, "|"))
end
local function unescape(s)
  return (s:gsub("+", " "):gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end))
end
local function escape(s)
  return (s:gsub("[^%w%-_%.~ ]", function(c) return ("%%%02X"):format(c:byte()) end):gsub(" ", "+"))
end
for _, s in ipairs{ "a b&c=d", "100%", "x+y=z", "é", "-_.~", "" } do print(escape(s), unescape(escape(s)) == s) end
print(("http://user:pw@host.com:8080/path/x.html?q=1&r=2#frag"):match("^(%w+)://([^:]*):([^@]*)@([^:/]+):(%d+)([^?]*)%?([^#]*)#(.*)$"))
local ini = "[sec1]\nkey=value\n; comment\nother = 5\n\n[sec2]\nx=y=z\n"
local sec
for line in ini:gmatch("[^\n]+") do
  local s = line:match("^%[(.-)%]$")
  local k, v = line:match("^(%w+)%s*=%s*(.*)$")
  if s then sec = s elseif k then print(sec, k, v) else print("skip", line) end
end
print((("Hello ${name}, you are ${age} ${missing}"):gsub("%${(%w+)}", { name = "Ann", age = 30 })))
print((("1234567"):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")))
local function commas(n)
  local s = tostring(n)
  while true do local r, k = s:gsub("^(-?%d+)(%d%d%d)", "%1,%2") s = r if k == 0 then return s end end
end
print(commas(1), commas(123), commas(1234), commas(-1234567), commas(1234567.891))
print(("the quick brown fox"):gsub("(%a)(%a*)", function(a, b) return a:upper() .. b end))
print(("%d %s %5.2f"):gsub("%%%-?%d*%.?%d*[sdf]", "<fmt>"))
for d, m, y in ("1/2/2003 04/05/2006"):gmatch("(%d+)/(%d+)/(%d+)") do print(tonumber(y), tonumber(m), tonumber(d)) end
print(("foo(bar(baz)qux)(x)"):gsub("%b()", ""))
print(("/usr/local/lib/x.tar.gz"):match("^(.*)/([^/]-)%.([^/]*)$"))
print(("x.y.z"):match("(.*)%.(.*)"))
print(("<b>bold</b> <i>it</i>"):gsub("<(%w+)>(.-)</%1>", "[%1:%2]"))
print(("hello"):gsub("", "-"))
print(("0x1F 0b11 12"):gsub("0x(%x+)", function(h) return tonumber(h, 16) end))
print(string.format("%q", ("tab\there"):gsub("\t", "\\t")))
