-- Wrapping, justification, centring, tables, indentation, word counts, histograms.
local text = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity"
local function wrap(s, w)
  local lines, cur = {}, ""
  for word in s:gmatch("%S+") do
    if #cur + #word + (cur == "" and 0 or 1) > w and cur ~= "" then
      lines[#lines + 1] = cur
      cur = word
    else cur = cur == "" and word or cur .. " " .. word end
  end
  if cur ~= "" then lines[#lines + 1] = cur end
  return lines
end
for _, w in ipairs{ 20, 35, 60 } do print(("-"):rep(w)) for _, l in ipairs(wrap(text, w)) do print(l) end end
local function justify(l, w)
  local words = {}
  for x in l:gmatch("%S+") do words[#words + 1] = x end
  if #words == 1 then return l end
  local total = 0
  for _, x in ipairs(words) do total = total + #x end
  local gaps, spaces = #words - 1, w - total
  local out = words[1]
  for i = 2, #words do
    local n = math.floor(spaces / gaps)
    if i - 1 <= spaces % gaps then n = n + 1 end
    out = out .. (" "):rep(n) .. words[i]
  end
  return out
end
for _, l in ipairs(wrap(text, 30)) do print("|" .. justify(l, 30) .. "|") end
local function center(s, w)
  local p = w - #s
  return (" "):rep(math.floor(p / 2)) .. s .. (" "):rep(math.ceil(p / 2))
end
for _, s in ipairs{ "a", "ab", "centered" } do print("[" .. center(s, 11) .. "]") end
local freq, order = {}, {}
for w in text:lower():gmatch("%a+") do
  if not freq[w] then freq[w] = 0 order[#order + 1] = w end
  freq[w] = freq[w] + 1
end
table.sort(order, function(a, b) if freq[a] ~= freq[b] then return freq[a] > freq[b] end return a < b end)
for i = 1, 8 do print(("%-12s %2d %s"):format(order[i], freq[order[i]], ("#"):rep(freq[order[i]]))) end
local rows = { { "name", "qty", "price" }, { "apple", 3, 1.5 }, { "watermelon", 10, 12.25 }, { "fig", 120, 0.333 } }
local width = {}
for _, r in ipairs(rows) do
  for c, v in ipairs(r) do
    local s = type(v) == "number" and v % 1 ~= 0 and ("%.2f"):format(v) or tostring(v)
    r[c] = s
    width[c] = math.max(width[c] or 0, #s)
  end
end
for i, r in ipairs(rows) do
  local cells = {}
  for c, v in ipairs(r) do cells[c] = ("%" .. (c == 1 and "-" or "") .. width[c] .. "s"):format(v) end
  print("| " .. table.concat(cells, " | ") .. " |")
  if i == 1 then print((table.concat(cells, " | "):gsub("[^|]", "-"):gsub("|", "+"))) end
end
local function title(s) return (s:gsub("(%a)([%w']*)", function(a, b) return a:upper() .. b:lower() end)) end
print(title("the QUICK brown fox's tail"), ("snake_case_name"):gsub("_(%l)", string.upper),
  ("CamelCaseName"):gsub("(%l)(%u)", "%1_%2"):lower())
local function dedent(s)
  local min = math.huge
  for l in s:gmatch("[^\n]+") do local n = #l:match("^ *") if l:match("%S") then min = math.min(min, n) end end
  return (("\n" .. s):gsub("\n" .. (" "):rep(min), "\n"):sub(2))
end
print(dedent("    a\n      b\n    c"))
local lines = 0
for _ in ("a\nb\n\nc\n"):gmatch("\n") do lines = lines + 1 end
print(lines, select(2, text:gsub("%S+", "")), #text, select(2, text:gsub("[aeiou]", "")))
print(("%s"):rep(3, "-"):format("x", "y", "z"), ("tab\tbed"):gsub("\t", ("    ")),
  ("trim me  "):gsub("%s+$", "") .. "|")
