-- Binary search tree, AVL tree, treap and trie.
local BST = {}
BST.__index = BST
function BST.new() return setmetatable({ n = 0 }, BST) end
function BST:insert(k, v)
  local cur, field = self, "root"
  while cur[field] do
    cur = cur[field]
    if k == cur.k then cur.v = v return false end
    field = k < cur.k and "l" or "r"
  end
  cur[field] = { k = k, v = v }
  self.n = self.n + 1
  return true
end
function BST:find(k)
  local c = self.root
  while c do if c.k == k then return c.v, true end c = k < c.k and c.l or c.r end
  return nil, false
end
function BST:delete(k)
  local p, f = self, "root"
  while p[f] and p[f].k ~= k do local c = p[f] f = k < c.k and "l" or "r" p = c end
  local c = p[f]
  if not c then return false end
  if c.l and c.r then
    local sp, sf = c, "r"
    while sp[sf].l do sp = sp[sf] sf = "l" end
    local s = sp[sf]
    c.k, c.v = s.k, s.v
    sp[sf] = s.r
  else p[f] = c.l or c.r end
  self.n = self.n - 1
  return true
end
function BST:each()
  local st, c = {}, self.root
  return function()
    while c do st[#st + 1] = c c = c.l end
    local t = table.remove(st)
    if t then c = t.r return t.k, t.v end
  end
end
function BST:height(n)
  n = n or self.root
  if not n then return 0 end
  return 1 + math.max(n.l and self:height(n.l) or 0, n.r and self:height(n.r) or 0)
end
local t = BST.new()
for i, k in ipairs{ 50, 30, 70, 20, 40, 60, 80, 30, 65 } do io.write(tostring(t:insert(k, "v" .. i)), " ") end
print(t.n, t:height())
local function dump()
  local r = {}
  for k, v in t:each() do r[#r + 1] = k .. "=" .. v end
  print(table.concat(r, " "))
end
dump()
print(t:find(30))
print(t:find(35))
for _, k in ipairs{ 20, 70, 50, 99, 30 } do print("delete", k, t:delete(k), t.n) dump() end
local function h(n) return n and n.h or 0 end
local function upd(n) n.h = 1 + math.max(h(n.l), h(n.r)) return n end
local function rotr(n) local l = n.l n.l = l.r l.r = upd(n) return upd(l) end
local function rotl(n) local r = n.r n.r = r.l r.l = upd(n) return upd(r) end
local function bal(n)
  upd(n)
  local d = h(n.l) - h(n.r)
  if d > 1 then
    if h(n.l.l) < h(n.l.r) then n.l = rotl(n.l) end
    return rotr(n)
  elseif d < -1 then
    if h(n.r.r) < h(n.r.l) then n.r = rotr(n.r) end
    return rotl(n)
  end
  return n
end
local function ins(n, k)
  if not n then return { k = k, h = 1 } end
  if k < n.k then n.l = ins(n.l, k) elseif k > n.k then n.r = ins(n.r, k) end
  return bal(n)
end
local function count(n) return n and 1 + count(n.l) + count(n.r) or 0 end
local avl
for i = 1, 1000 do avl = ins(avl, i) end
print(count(avl), h(avl))
avl = nil
for i = 1, 1000 do avl = ins(avl, i * 7919 % 1009) end
print(count(avl), h(avl))
local function shape(n) return n and ("(%s%s%s)"):format(shape(n.l), n.k, shape(n.r)) or "" end
avl = nil
for i = 1, 15 do avl = ins(avl, i) end
print(shape(avl))
local trie = {}
local function add(w) local n = trie for c in w:gmatch(".") do n[c] = n[c] or {} n = n[c] end n.word = true end
local function complete(p)
  local n = trie
  for c in p:gmatch(".") do n = n[c] if not n then return {} end end
  local r = {}
  local function walk(n, s)
    if n.word then r[#r + 1] = s end
    local ks = {}
    for k in pairs(n) do if #k == 1 then ks[#ks + 1] = k end end
    table.sort(ks)
    for _, k in ipairs(ks) do walk(n[k], s .. k) end
  end
  walk(n, p)
  return r
end
for w in ("car card care cart cat dog do done door a an and ant"):gmatch("%a+") do add(w) end
for _, p in ipairs{ "car", "do", "a", "x", "", "cart" } do print(p, table.concat(complete(p), " ")) end
local function bottomup(d) if d == 0 then return {} end return { bottomup(d - 1), bottomup(d - 1) } end
local function check(n) return n[1] and 1 + check(n[1]) + check(n[2]) or 1 end
for d = 0, 10, 2 do print(d, check(bottomup(d))) end
