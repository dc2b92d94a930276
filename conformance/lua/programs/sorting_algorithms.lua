-- Ten sorting algorithms checked against table.sort.
local S = {}
function S.bubble(t)
  for i = #t, 2, -1 do for j = 1, i - 1 do if t[j] > t[j + 1] then t[j], t[j + 1] = t[j + 1], t[j] end end end
end
function S.insertion(t)
  for i = 2, #t do local v, j = t[i], i - 1 while j > 0 and t[j] > v do t[j + 1] = t[j] j = j - 1 end t[j + 1] = v end
end
function S.selection(t)
  for i = 1, #t - 1 do local m = i for j = i + 1, #t do if t[j] < t[m] then m = j end end t[i], t[m] = t[m], t[i] end
end
function S.shell(t)
  local g = math.floor(#t / 2)
  while g > 0 do
    for i = g + 1, #t do
      local v, j = t[i], i
      while j > g and t[j - g] > v do t[j] = t[j - g] j = j - g end
      t[j] = v
    end
    g = math.floor(g / 2)
  end
end
function S.merge(t)
  local function sort(l, r)
    if l >= r then return end
    local m = math.floor((l + r) / 2)
    sort(l, m)
    sort(m + 1, r)
    local o, i, j = {}, l, m + 1
    while i <= m or j <= r do
      if j > r or i <= m and t[i] <= t[j] then o[#o + 1] = t[i] i = i + 1 else o[#o + 1] = t[j] j = j + 1 end
    end
    for k = 1, #o do t[l + k - 1] = o[k] end
  end
  sort(1, #t)
end
function S.quick(t)
  local function q(l, r)
    while l < r do
      local p, i, j = t[math.floor((l + r) / 2)], l, r
      repeat
        while t[i] < p do i = i + 1 end
        while t[j] > p do j = j - 1 end
        if i <= j then t[i], t[j] = t[j], t[i] i, j = i + 1, j - 1 end
      until i > j
      if j - l < r - i then q(l, j) l = i else q(i, r) r = j end
    end
  end
  q(1, #t)
end
function S.heap(t)
  local n = #t
  local function down(i, n)
    while true do
      local c = i * 2
      if c > n then return end
      if c < n and t[c + 1] > t[c] then c = c + 1 end
      if t[i] >= t[c] then return end
      t[i], t[c] = t[c], t[i]
      i = c
    end
  end
  for i = math.floor(n / 2), 1, -1 do down(i, n) end
  for e = n, 2, -1 do t[1], t[e] = t[e], t[1] down(1, e - 1) end
end
function S.counting(t)
  local c, lo, hi = {}, 1/0, -1/0
  for _, v in ipairs(t) do c[v] = (c[v] or 0) + 1 lo, hi = math.min(lo, v), math.max(hi, v) end
  local k = 0
  for v = lo, hi do for _ = 1, c[v] or 0 do k = k + 1 t[k] = v end end
end
function S.comb(t)
  local g, swapped = #t, true
  while g > 1 or swapped do
    g = math.max(1, math.floor(g / 1.3))
    swapped = false
    for i = 1, #t - g do if t[i] > t[i + g] then t[i], t[i + g] = t[i + g], t[i] swapped = true end end
  end
end
function S.radix(t)
  local b = 1
  local off = 0
  for _, v in ipairs(t) do off = math.min(off, v) end
  while b <= 2^20 do
    local q = {}
    for d = 0, 15 do q[d] = {} end
    for _, v in ipairs(t) do local d = math.floor((v - off) / b) % 16 q[d][#q[d] + 1] = v end
    local k = 0
    for d = 0, 15 do for _, v in ipairs(q[d]) do k = k + 1 t[k] = v end end
    b = b * 16
  end
end
local names = {}
for k in pairs(S) do names[#names + 1] = k end
table.sort(names)
local seed = 99
local function rnd(n) seed = seed * 16807 % 2147483647 return seed % n end
for _, n in ipairs{ 0, 1, 2, 3, 10, 33, 200 } do
  for kind = 1, 4 do
    local base = {}
    for i = 1, n do base[i] = kind == 1 and rnd(1000) or kind == 2 and i or kind == 3 and n - i or rnd(5) - 2 end
    local ref = { unpack(base) }
    table.sort(ref)
    local want = table.concat(ref, ",")
    local res = {}
    for _, name in ipairs(names) do
      local t = { unpack(base) }
      S[name](t)
      res[#res + 1] = name .. ":" .. tostring(table.concat(t, ",") == want)
    end
    print(n, kind, #want, table.concat(res, " "))
  end
end
local stable = {}
for i, w in ipairs{ "b2", "a1", "b1", "a2", "c1" } do stable[i] = w end
S.merge(stable)
print(table.concat(stable, " "))
