-- Pattern matching in hot loops.
local function hash(s)
  local h = 0
  for i = 1, #s do h = (h * 31 + s:byte(i)) % 1000000007 end
  return h
end
local function run(name, f, n)
  local out = {}
  for i = 1, n or 150 do
    local a, b, c, d = f(i)
    out[#out + 1] = tostring(a) .. "," .. tostring(b) .. "," .. tostring(c) .. "," .. tostring(d)
  end
  print(name, hash(table.concat(out, ";")), out[1], out[#out])
end

local text = "name = value, other=thing; x1 =  42, empty =, last = end"
local words = {}
for w in text:gmatch("%w+") do words[#words + 1] = w end

run("find plain", function(i) return text:find("value", 1, true), (text:find("=", i % 50, true)) end)
run("find without specials", function(i) return text:find("thing"), text:find(words[i % #words + 1]) end)
run("find nothing", function(i) return text:find("nothing"), text:find("x", i, true) end)
run("find from", function(i) return text:find("=", -(i % 60)), text:find("", i % 70) end)
run("find empty", function(i) return text:find(""), text:find("", 100) end)
run("find pattern", function(i) return text:find("%d+"), text:find("(%w+)%s*=%s*(%w+)", i % 40 + 1) end)
run("find position", function(i) return text:find("()=()", i % 20 + 1) end)
run("find anchored", function(i) return text:find("^name"), text:find("^other", i % 20) end)
run("match", function(i) return text:match("(%w+)%s*=", i % 30 + 1), text:match("%d+") end)
run("match captures", function(i) return text:match("(%w+)%s*=%s*(%w+),%s*(%w+)") end)
run("match nothing", function(i) return text:match("%d%d%d"), text:match("^x") end)
run("match position", function(i) return text:match("()%d+()") end)
run("match varies", function(i) return text:match(i % 2 == 0 and "%d+" or "%a+") end)
run("match back reference", function(i) return ("abab" .. i):match("(ab)%1"), ("[[x]]"):match("%b[]") end)
run("match set", function(i) return text:match("[^=;]+"), text:match("[%d%s]+", i % 10 + 1), text:match("%f[%w]%w+", i % 12 + 1) end)
run("number", function(i) return tonumber(("v" .. i):match("%d+")) + 1 end)

run("gmatch", function(i)
  local n, last = 0
  for w in text:gmatch("%a+") do n = n + #w last = w end
  return n, last
end, 100)
run("gmatch pairs", function(i)
  local n = 0
  for k, v in text:gmatch("(%w+)%s*=%s*(%w+)") do n = n + #k * 10 + #v end
  return n
end, 100)
run("gmatch empty", function(i)
  local n = 0
  for p in ("abc"):rep(3):gmatch("()b*") do n = n + p end
  return n
end, 100)
run("gmatch in one loop", function(i)
  local n = 0
  for w in ("ab cd "):rep(200):gmatch("%a+") do n = n + #w end
  return n
end, 3)

run("gsub", function(i) return text:gsub("%w+", "<%0>"), text:gsub("=", ":=") end)
run("gsub swap", function(i) return text:gsub("(%w+)%s*=%s*(%w+)", "%2=%1") end)
run("gsub limit", function(i) return text:gsub("%w", "x", i % 5), (text:gsub("e", "E", 1)) end)
run("gsub nothing", function(i) return text:gsub("%d%d%d", "") end)
run("gsub empty", function(i) return ("abc"):gsub("", "-"), ("abc"):gsub("b*", "x") end)
run("gsub anchored", function(i) return text:gsub("^%w+", "N") end)
run("gsub table", function(i) return text:gsub("%w+", { name = "NAME", other = 5, x1 = false }) end)
run("gsub function", function(i) return text:gsub("%w+", function(w) return #w > 3 and w:upper() or nil end) end)
run("gsub number", function(i) return text:gsub("%d+", i) end)

-- Long subjects.
do
  local long = ("key%d=value;"):rep(300)
  run("long find", function(i) return long:find("y", i * 3, true), long:find("nothing", 1, true) end)
  run("long pattern", function(i) return long:find("%%d=(%w+)", i), long:match(".-;", i * 11) end)
  run("long gsub", function(i) return #long:gsub("%%d", tostring(i)), select(2, long:gsub("=", "")) end, 60)
  run("long scan", function(i)
    local p, n = 1, 0
    while true do
      local a, b, v = long:find("=(%w+);", p)
      if not a then break end
      n, p = n + #v, b + 1
    end
    return n
  end, 3)
  run("long miss", function(i) return long:match("z.*"), long:find("^nothing") end)
end

for i = 1, 100 do
  local ok, message = pcall(string.find, text, i < 99 and "%w" or "%")
  if i % 33 == 0 then print(ok, message) end
end
for i = 1, 100 do
  local ok, message = pcall(string.gsub, text, "%w", i < 99 and "x" or "%2")
  if i % 33 == 0 then print(ok, ok and #message or message) end
end
