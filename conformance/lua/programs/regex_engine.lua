-- A backtracking regular expression matcher: | * + ? () [] . anchors.
local function parse(p)
  local pos = 1
  local alt
  local function atom()
    local c = p:sub(pos, pos)
    if c == "(" then
      pos = pos + 1
      local r = alt()
      if p:sub(pos, pos) ~= ")" then error("missing )", 0) end
      pos = pos + 1
      return { t = "group", r }
    elseif c == "[" then
      local neg, set = false, {}
      pos = pos + 1
      if p:sub(pos, pos) == "^" then neg = true pos = pos + 1 end
      repeat
        local a = p:sub(pos, pos)
        if a == "" then error("missing ]", 0) end
        if p:sub(pos + 1, pos + 1) == "-" and p:sub(pos + 2, pos + 2) ~= "]" then
          for b = a:byte(), p:byte(pos + 2) do set[string.char(b)] = true end
          pos = pos + 3
        else set[a] = true pos = pos + 1 end
      until p:sub(pos, pos) == "]"
      pos = pos + 1
      return { t = "set", neg = neg, set = set }
    elseif c == "." then
      pos = pos + 1
      return { t = "any" }
    elseif c == "^" or c == "$" then
      pos = pos + 1
      return { t = c }
    elseif c == "\\" then
      local e = p:sub(pos + 1, pos + 1)
      pos = pos + 2
      if e == "d" then local s = {} for i = 0, 9 do s[tostring(i)] = true end return { t = "set", set = s } end
      return { t = "char", c = e }
    elseif c == "" or c:find("[|)*+?]") then error("unexpected '" .. c .. "'", 0) end
    pos = pos + 1
    return { t = "char", c = c }
  end
  local function rep()
    local a = atom()
    while true do
      local c = p:sub(pos, pos)
      if c == "*" or c == "+" or c == "?" then
        pos = pos + 1
        a = { t = "rep", a, min = c == "+" and 1 or 0, max = c == "?" and 1 or math.huge }
      else return a end
    end
  end
  local function seq()
    local s = { t = "seq" }
    while pos <= #p and not p:sub(pos, pos):find("[|)]") do s[#s + 1] = rep() end
    return s
  end
  function alt()
    local a = { t = "alt", seq() }
    while p:sub(pos, pos) == "|" do pos = pos + 1 a[#a + 1] = seq() end
    return a
  end
  local r = alt()
  if pos <= #p then error("unexpected '" .. p:sub(pos, pos) .. "'", 0) end
  return r
end
local function match(n, s, i, k)
  if n.t == "char" then
    return s:sub(i, i) == n.c and k(i + 1)
  elseif n.t == "any" then
    return i <= #s and k(i + 1)
  elseif n.t == "set" then
    local c = s:sub(i, i)
    return c ~= "" and (n.set[c] or false) ~= (n.neg or false) and k(i + 1)
  elseif n.t == "^" then
    return i == 1 and k(i)
  elseif n.t == "$" then
    return i == #s + 1 and k(i)
  elseif n.t == "group" then
    return match(n[1], s, i, k)
  elseif n.t == "alt" then
    for _, b in ipairs(n) do local r = match(b, s, i, k) if r then return r end end
    return false
  elseif n.t == "seq" then
    local function go(j, p)
      if j > #n then return k(p) end
      return match(n[j], s, p, function(q) return go(j + 1, q) end)
    end
    return go(1, i)
  elseif n.t == "rep" then
    local function try(c, p)
      if c < n.max then
        local r = match(n[1], s, p, function(q) return q > p and try(c + 1, q) end)
        if r then return r end
      end
      return c >= n.min and k(p)
    end
    return try(0, i)
  end
end
local function find(p, s)
  local re = type(p) == "table" and p or parse(p)
  for i = 1, #s + 1 do
    local e = match(re, s, i, function(j) return j end)
    if e then return i, e - 1, s:sub(i, e - 1) end
  end
end
for _, p in ipairs{ "abc", "a*", "a+b", "a?b", "(a|b)+c", "^a.*z$", "[a-c]+", "[^a-z]+", "\\d+-\\d+", "(ab)*c",
  "x|y|z", "colou?r", "(a*)*b", "a.c", "^$", "\\.", "(foo|foobar)baz", "" } do
  for _, s in ipairs{ "abc", "aaab", "", "xyz", "a1-22z", "ababc", "foobarbaz", "color colour", "a.c" } do
    local a, b, m = find(p, s)
    io.write(a and ("%d-%d:%s"):format(a, b, m) or "-", " ")
  end
  print(p)
end
for _, p in ipairs{ "(", ")", "*a", "[a", "a**", "(a", "a|*", "+" } do
  print(p, select(2, pcall(parse, p)) == nil or tostring(select(2, pcall(parse, p))):gsub("0x%x+", ""))
end
