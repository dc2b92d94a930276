-- Edit distance, LCS, knapsack, coin change, matrix chain, LIS, palindromes.
local function lev(a, b)
  local p = {}
  for j = 0, #b do p[j] = j end
  for i = 1, #a do
    local c = { [0] = i }
    for j = 1, #b do c[j] = math.min(p[j] + 1, c[j - 1] + 1, p[j - 1] + (a:byte(i) == b:byte(j) and 0 or 1)) end
    p = c
  end
  return p[#b]
end
local function lcs(a, b)
  local t = {}
  for i = 0, #a do
    t[i] = {}
    for j = 0, #b do
      t[i][j] = (i == 0 or j == 0) and "" or a:sub(i, i) == b:sub(j, j) and t[i - 1][j - 1] .. a:sub(i, i) or #t[i - 1][j] >= #t[i][j - 1] and t[i - 1][j] or t[i][j - 1]
    end
  end
  return t[#a][#b]
end
for _, c in ipairs{ { "kitten", "sitting" }, { "", "abc" }, { "flaw", "lawn" }, { "same", "same" },
  { "AGGTAB", "GXTXAYB" }, { "intention", "execution" }, { "ABCBDAB", "BDCABA" } } do
  print(c[1], c[2], lev(c[1], c[2]), lcs(c[1], c[2]))
end
local function knap(items, cap)
  local best, take = {}, {}
  for w = 0, cap do best[w] = 0 take[w] = "" end
  for _, it in ipairs(items) do
    for w = cap, it.w, -1 do
      local v = best[w - it.w] + it.v
      if v > best[w] then best[w] = v take[w] = take[w - it.w] .. it.n end
    end
  end
  return best[cap], take[cap]
end
local items = { { n = "a", w = 1, v = 1 }, { n = "b", w = 3, v = 4 }, { n = "c", w = 4, v = 5 },
  { n = "d", w = 5, v = 7 } }
for cap = 0, 13, 1 do print(cap, knap(items, cap)) end
local function coins(n, cs)
  local ways, least = { [0] = 1 }, { [0] = 0 }
  for i = 1, n do ways[i] = 0 least[i] = math.huge end
  for _, c in ipairs(cs) do
    for i = c, n do ways[i] = ways[i] + ways[i - c] least[i] = math.min(least[i], least[i - c] + 1) end
  end
  return ways[n], least[n]
end
for _, n in ipairs{ 0, 3, 10, 63, 100 } do print(n, coins(n, { 1, 5, 10, 25 })) print(n, coins(n, { 4, 9 })) end
local function chain(d)
  local n, m, s = #d - 1, {}, {}
  for i = 1, n do m[i] = { [i] = 0 } s[i] = {} end
  for len = 2, n do
    for i = 1, n - len + 1 do
      local j = i + len - 1
      m[i][j] = math.huge
      for k = i, j - 1 do
        local c = m[i][k] + m[k + 1][j] + d[i] * d[k + 1] * d[j + 1]
        if c < m[i][j] then m[i][j] = c s[i][j] = k end
      end
    end
  end
  local function p(i, j) return i == j and string.char(64 + i) or "(" .. p(i, s[i][j]) .. p(s[i][j] + 1, j) .. ")" end
  return m[1][n], p(1, n)
end
print(chain{ 30, 35, 15, 5, 10, 20, 25 })
print(chain{ 10, 20, 30 })
local function lis(t)
  local b, pr, bi = {}, {}, 1
  for i = 1, #t do
    b[i] = 1
    for j = 1, i - 1 do if t[j] < t[i] and b[j] + 1 > b[i] then b[i] = b[j] + 1 pr[i] = j end end
    if b[i] > b[bi] then bi = i end
  end
  local r = {}
  while bi do table.insert(r, 1, t[bi]) bi = pr[bi] end
  return table.concat(r, " ")
end
print(lis{ 10, 9, 2, 5, 3, 7, 101, 18 }, lis{ 5, 4, 3 }, lis{ 1, 2, 3 })
local function pal(s)
  local best = ""
  for c = 1, #s do
    for _, e in ipairs{ 0, 1 } do
      local l, r = c, c + e
      while l >= 1 and r <= #s and s:byte(l) == s:byte(r) do l, r = l - 1, r + 1 end
      if r - l - 1 > #best then best = s:sub(l + 1, r - 1) end
    end
  end
  return best
end
for _, s in ipairs{ "babad", "cbbd", "a", "forgeeksskeegfor", "" } do print(s, pal(s)) end
local function sub(t, target)
  local r = {}
  local function go(i, left, acc)
    if left == 0 then r[#r + 1] = table.concat(acc, "+") return end
    for k = i, #t do if t[k] <= left then acc[#acc + 1] = t[k] go(k + 1, left - t[k], acc) acc[#acc] = nil end end
  end
  go(1, target, {})
  return table.concat(r, " ")
end
print(sub({ 1, 2, 3, 4, 5, 6, 7 }, 10))
local max, cur, arr = -math.huge, 0, { -2, 1, -3, 4, -1, 2, 1, -5, 4 }
for _, v in ipairs(arr) do cur = math.max(v, cur + v) max = math.max(max, cur) end
print("kadane", max)
