-- Permutations, combinations, subsets, products, partitions by several methods.
local function perms(a)
  return coroutine.wrap(function()
    local function p(n)
      if n == 0 then
        coroutine.yield(a)
      else
        for i = 1, n do p(n - 1) local j = n % 2 == 1 and 1 or i a[j], a[n] = a[n], a[j] end
      end
    end
    p(#a)
  end)
end
local n = 0
for p in perms{ 1, 2, 3, 4 } do n = n + 1 io.write(table.concat(p), n % 12 == 0 and "\n" or " ") end
local function nextperm(a)
  local i = #a - 1
  while i >= 1 and a[i] >= a[i + 1] do i = i - 1 end
  if i < 1 then return false end
  local j = #a
  while a[j] <= a[i] do j = j - 1 end
  a[i], a[j] = a[j], a[i]
  local l, r = i + 1, #a
  while l < r do a[l], a[r] = a[r], a[l] l, r = l + 1, r - 1 end
  return true
end
local a = { 1, 1, 2, 3 }
repeat io.write(table.concat(a), " ") until not nextperm(a)
print()
local function comb(l, k, f, s, c)
  s, c = s or 1, c or {}
  if #c == k then f(c) return end
  for i = s, #l do c[#c + 1] = l[i] comb(l, k, f, i + 1, c) c[#c] = nil end
end
for k = 0, 5 do
  local r = {}
  comb({ "a", "b", "c", "d", "e" }, k, function(c) r[#r + 1] = table.concat(c) end)
  print(k, #r, table.concat(r, " "))
end
local function subsets(l)
  local r = {}
  for m = 0, 2 ^ #l - 1 do
    local s = {}
    for i = 1, #l do if math.floor(m / 2 ^ (i - 1)) % 2 == 1 then s[#s + 1] = l[i] end end
    r[#r + 1] = "{" .. table.concat(s, ",") .. "}"
  end
  return r
end
print(table.concat(subsets{ "x", "y", "z" }, " "))
local function product(...)
  local ls, idx = { ... }, {}
  for i = 1, #ls do idx[i] = 1 end
  return function()
    if not idx then return end
    local r = {}
    for i, l in ipairs(ls) do r[i] = l[idx[i]] end
    local k = #ls
    while k >= 1 do idx[k] = idx[k] + 1 if idx[k] <= #ls[k] then break end idx[k] = 1 k = k - 1 end
    if k < 1 then idx = nil end
    return unpack(r)
  end
end
for x, y, z in product({ 1, 2 }, { "a", "b" }, { true, false }) do io.write(x, y, tostring(z), " ") end
print()
local function partitions(m, max, pre, out)
  max, pre, out = max or m, pre or {}, out or {}
  if m == 0 then out[#out + 1] = table.concat(pre, "+") return out end
  for i = math.min(m, max), 1, -1 do pre[#pre + 1] = i partitions(m - i, i, pre, out) pre[#pre] = nil end
  return out
end
for m = 1, 7 do local p = partitions(m) print(m, #p, table.concat(p, " ")) end
local function gray(b)
  if b == 0 then return { "" } end
  local r, o = gray(b - 1), {}
  for i = 1, #r do o[#o + 1] = "0" .. r[i] end
  for i = #r, 1, -1 do o[#o + 1] = "1" .. r[i] end
  return o
end
print(table.concat(gray(4), " "))
local function catalan(k)
  local r = {}
  local function g(s, o, c)
    if #s == 2 * k then r[#r + 1] = s return end
    if o < k then g(s .. "(", o + 1, c) end
    if c < o then g(s .. ")", o, c + 1) end
  end
  g("", 0, 0)
  return r
end
for k = 1, 4 do local c = catalan(k) print(k, #c, table.concat(c, " ")) end
