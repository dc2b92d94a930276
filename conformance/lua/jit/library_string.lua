-- Strings taken apart and made in hot loops.
local function sum(t)
  local h = 0
  for i = 1, #t do
    local s = tostring(t[i])
    for j = 1, #s do h = (h * 31 + s:byte(j)) % 1000000007 end
    h = (h * 31 + 7) % 1000000007
  end
  return h
end
local function run(name, f, n)
  local out = {}
  for i = 1, n or 150 do
    local a, b, c = f(i)
    out[#out + 1] = tostring(a) .. "," .. tostring(b) .. "," .. tostring(c)
  end
  print(name, sum(out), out[1], out[#out])
end

local text = "The quick brown fox jumps over the lazy dog"
run("byte", function(i) return text:byte(i % 60 - 10), text:byte(-(i % 50)) end)
run("byte at 0", function(i) return text:byte(0), text:byte(i % 3) end)
run("bytes", function(i) return text:byte(i % 40 + 1, i % 40 + 3) end)
run("bytes from the end", function(i) return text:byte(-3, -1) end)
run("no bytes", function(i) return text:byte(5, 4), (text:byte(100, 200)) end)
run("char", function(i) return string.char(i % 256):byte(), string.char(65 + i % 26, 97 + i % 26), string.char() end)
run("len", function(i) return text:len(), #text:sub(i), string.len("abc") end)
run("sub", function(i) return text:sub(i % 45, i % 45 + 3), text:sub(-(i % 45)), text:sub(i % 10) end)
run("sub odd", function(i) return text:sub(0, i), text:sub(i, 3), text:sub(i - 50, i - 45) end)
run("sub whole", function(i) return text:sub(1, -1), text:sub(-100, 100), text:sub(1) end)
run("sub of numbers", function(i) return ("12345"):sub(2, 3) + i, text:sub("2", "3") end)
run("rep", function(i) return ("ab"):rep(i % 7), ("x"):rep(i % 3), (""):rep(i) end)
run("rep with separator", function(i) return ("ab"):rep(i % 5, ","), ("ab"):rep(-1, ",") end)
run("reverse", function(i) return text:sub(1, i % 43):reverse(), ("ab"):reverse() end)
run("lower", function(i) return text:lower(), text:sub(i % 30):upper() end)
run("concat", function(i) return "a" .. i .. "b" .. i / 2, i .. "", text .. i end)
run("comparison", function(i)
  local a, b = text:sub(i % 20 + 1), text:sub(i % 7 + 1)
  return a < b, a <= b, a == b
end)
run("numbers of strings", function(i) return tonumber("0x" .. i), tonumber(i .. "e2"), tonumber("zz") end)
run("tonumber", function(i) return tonumber(i), tonumber(i % 2 == 0 and nil or i), tonumber("  12  ") end)
run("tonumber with base", function(i) return tonumber("zz", 36), tonumber("101", 2), tonumber("9", 8) end)
run("tostring", function(i) return tostring(i), tostring(i / 3), tostring(i % 2 == 0) end)
run("tostring nil", function(i) return tostring(nil), tostring("abc" .. i), tostring(-0.0 * i) end)
do
  local mt = { __tostring = function(t) return "<" .. t.n .. ">" end }
  run("tostring by metamethod", function(i) return tostring(setmetatable({ n = i }, mt)) end)
end

run("format", function(i) return ("%d %s %5.2f"):format(i, "x" .. i, i / 3), ("%%"):format(), ("no"):format(i) end)
run("format many", function(i) return ("%d-%d-%d-%d-%s-%s-%x"):format(i, i + 1, i + 2, i + 3, "a", i, i) end)
run("format numbers", function(i) return ("%g %e %a"):format(i / 7, i * 1e10, i), ("%5d|%-5d|%05d"):format(i, i, i), ("%c%c"):format(65 + i % 26, "66") end)
run("format texts", function(i) return ("%10s|%-10s|%.2s"):format("abc", i, "xyz"), ("%q"):format("a\n\"" .. i), ("%s %s"):format(nil, i > 5) end)
run("format %i %u %o %X", function(i) return ("%i %u %o %X"):format(i, i, i, i) end)
do
  local formats = { "%d", "%s", "%x", "<%5d>", "%%%d" }
  run("format varies", function(i) return formats[i % 5 + 1]:format(i) end)
end

-- Long texts cost fuel, but give the same.
do
  local long = ("0123456789abcdef"):rep(200)
  local function check(name, f)
    local h = 0
    for i = 1, 120 do h = (h * 31 + #f(i) + f(i):byte(-1)) % 1000000007 end
    print(name, h)
  end
  check("long sub", function(i) return long:sub(i, 2000 + i) end)
  check("long sub from", function(i) return long:sub(i) end)
  check("long whole", function(i) return long:sub(1) end)
  check("long upper", function(i) return (long:sub(1, 3000 + i):upper()) end)
  check("long reverse", function(i) return long:reverse() end)
  check("long rep", function(i) return ("abc"):rep(1000 + i) end)
  check("long rep once", function(i) return long:rep(1) end)
  check("long concat", function(i) return long .. i .. long end)
  check("long format", function(i) return ("%s%d"):format(long, i) end)
  check("growing", function(i) return ("x"):rep(i * 20) end)
  local s, n = "", 0
  for i = 1, 500 do s = s .. i n = n + #s end
  print(#s, n)
end

-- Errors come from where they should.
for i = 1, 100 do
  local ok, message = pcall(function() return (i < 99 and text or nil):sub(i) end)
  if i % 33 == 0 then print(ok, message) end
end
for i = 1, 100 do
  local ok, message = pcall(string.rep, i < 99 and "x" or {}, 3)
  if i % 33 == 0 then print(ok, message) end
end
for i = 1, 100 do
  local ok, message = pcall(string.char, i < 99 and 65 or 256)
  if i % 33 == 0 then print(ok, message) end
end
for i = 1, 100 do
  local ok, message = pcall(string.format, "%d", i < 99 and i or "x")
  if i % 33 == 0 then print(ok, message) end
end
-- Numbers for strings.
do
  local n, parts = 0, {}
  for i = 1, 200 do
    n = n + string.len(i) + string.byte(i, 1) + #string.rep(i, 2) + #string.rep("x", 2, i) + #string.upper(i) + #string.reverse(i / 8)
    n = n + (string.find(i, "9") or 0) + (string.find(i * 1.5, ".", 1, true) or 0) + tonumber(string.sub(i, -1)) + tonumber(string.sub(-i, 2, 2))
    n = n + (tonumber(string.match(i, "%d")) or 0) + select(2, string.gsub(i, "1", "one")) + #string.gsub(i, "0", { ["0"] = "zero" })
    for d in string.gmatch(i, "%d") do n = n + d end
    if i % 40 == 0 then parts[#parts + 1] = string.lower(i / 7) .. string.reverse(i) .. table.concat({ i, "a", 1 }, i) end
  end
  print("numbers", n, table.concat(parts, " "))
end
