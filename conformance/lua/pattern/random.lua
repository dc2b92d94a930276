-- Random patterns on random subjects, through every function that takes patterns.
local seed = 20260801
local function random(a, b)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return a + math.floor(seed / 65536) % 32768 % (b - a + 1)
end
local items = { "a", "b", "c", ".", "%a", "%d", "%s", "[ab]", "[^a]", "(", ")", "()", "%1", "%2", "*", "+", "-", "?", "^", "$",
  "%b()", "%f[a]", "[", "]", "%", "1", " ", "(a*)", "(.-)", "%w", "[%w_]+", "[a-c]", "%.", "x", "\0", "(%a+)", "%s*", "=", "[^%s]" }
local chars = { "a", "b", "c", "1", " ", "(", ")", "x", "=", ".", "_", "\0", "\n" }
local function text(from, most)
  local r = {}
  for i = 1, random(0, most) do r[i] = from[random(1, #from)] end
  return table.concat(r)
end
local function show(...)
  local t = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    t[i] = type(v) == "string" and ("%q"):format(v):gsub("\\\n", "\\n") or tostring(v)
  end
  print(table.concat(t, " "))
end
local replacements = { "", "x", "%0", "%1", "%%", "<%1>", "%2", "%", "abc%0%0", "%x", 5,
  { a = "A", b = 1, ["1"] = false, ab = "AB", [1] = "one" },
  function(...) return select("#", ...) .. "" end, function(a) return a end, function() end,
  function() return false end, function() return {} end }
local inits = { nil, 1, 2, 0, -1, -3, 5, 100, -100, 1.5 }
for i = 1, 500 do
  local s, p = text(chars, 16), text(items, 6)
  if random(1, 4) > 1 then p = p:gsub("[%[%]]", "") end
  local init = inits[random(1, 10)]
  show("find", s, p, init, pcall(string.find, s, p, init))
  show("match", pcall(string.match, s, p, init))
  show("plain", pcall(string.find, s, p, init, true))
  local r = replacements[random(1, #replacements)]
  show("gsub", type(r), pcall(string.gsub, s, p, r, inits[random(1, 10)]))
  local found = {}
  show("gmatch", pcall(function()
    for a, b in s:gmatch(p) do
      found[#found + 1] = tostring(a) .. "|" .. tostring(b)
      if #found > 20 then break end
    end
  end))
  show(table.concat(found, ","))
end
