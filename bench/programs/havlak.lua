-- Finds the loops of a generated control-flow graph with Havlak's algorithm
-- (nesting of reducible and irreducible loops, by union-find).
-- Measures: graphs of small tables, sets, recursion.
-- small: 1
local n = tonumber(arg and arg[1]) or 300

local function new_graph() return { count = 0, succ = {}, pred = {} } end

local function block(g)
  local id = g.count + 1
  g.count = id
  g.succ[id], g.pred[id] = {}, {}
  return id
end

local function edge(g, from, to)
  local s, p = g.succ[from], g.pred[to]
  s[#s + 1] = to
  p[#p + 1] = from
end

-- Shapes: each takes the block it starts from and answers the one it ends in.
local function straight(g, from, length)
  for _ = 1, length do
    local to = block(g)
    edge(g, from, to)
    from = to
  end
  return from
end

local function diamond(g, from)
  local left, right, join = block(g), block(g), block(g)
  edge(g, from, left)
  edge(g, from, right)
  edge(g, left, join)
  edge(g, right, join)
  return join
end

local function base_loop(g, from)
  local header = straight(g, from, 1)
  local d1 = straight(g, diamond(g, header), 1)
  local d2 = diamond(g, d1)
  edge(g, d2, d1)
  local foot = straight(g, d2, 1)
  edge(g, foot, header)
  return straight(g, foot, 1)
end

local function nest(g, from, depth)
  if depth == 0 then return base_loop(g, from) end
  local header = straight(g, from, 1)
  local at = nest(g, header, depth - 1)
  at = nest(g, at, depth - 1)
  edge(g, at, header)
  return straight(g, at, 1)
end

local function irreducible(g, from)
  local a, b, out = block(g), block(g), block(g)
  edge(g, from, a)
  edge(g, from, b)
  edge(g, a, b)
  edge(g, b, a)
  edge(g, b, out)
  return out
end

local function build(breadth, depth)
  local g = new_graph()
  local at = block(g)
  for i = 1, breadth do
    at = nest(g, at, depth)
    if i % 3 == 0 then at = irreducible(g, at) end
  end
  return g
end

local NONHEADER, REDUCIBLE, SELF, IRREDUCIBLE = 1, 2, 3, 4

local function find_loops(g)
  local succ, pred = g.succ, g.pred
  -- Depth-first numbering.
  local number, node, last = {}, {}, {}
  local current = 0
  local function visit(b)
    current = current + 1
    local my = current
    number[b] = my
    node[my] = b
    for _, s in ipairs(succ[b]) do
      if not number[s] then visit(s) end
    end
    last[my] = current
  end
  visit(1)
  local size = current

  local function is_ancestor(w, v) return w <= v and v <= last[w] end

  local back, nonback, kind, header, parent = {}, {}, {}, {}, {}
  for w = 1, size do
    header[w], kind[w], parent[w] = 1, NONHEADER, w
    local b, nb = {}, {}
    for _, p in ipairs(pred[node[w]]) do
      local v = number[p]
      if v then
        if is_ancestor(w, v) then b[#b + 1] = v else nb[v] = true end
      end
    end
    back[w], nonback[w] = b, nb
  end

  local path = {}
  local function find(x)
    local depth = 0
    while parent[x] ~= x do
      depth = depth + 1
      path[depth] = x
      x = parent[x]
    end
    for i = 1, depth do parent[path[i]] = x end
    return x
  end

  local loops, loop_of = {}, {}
  for w = size, 1, -1 do
    local pool, in_pool = {}, {}
    for _, v in ipairs(back[w]) do
      if v == w then
        kind[w] = SELF
      else
        local r = find(v)
        if not in_pool[r] then
          in_pool[r] = true
          pool[#pool + 1] = r
        end
      end
    end
    if #pool > 0 then kind[w] = REDUCIBLE end
    local i = 1
    while i <= #pool do
      local x = pool[i]
      i = i + 1
      for y in pairs(nonback[x]) do
        local z = find(y)
        if not is_ancestor(w, z) then
          kind[w] = IRREDUCIBLE
          nonback[w][z] = true
        elseif z ~= w and not in_pool[z] then
          in_pool[z] = true
          pool[#pool + 1] = z
        end
      end
    end
    if #pool > 0 or kind[w] == SELF then
      local loop = { header = w, reducible = kind[w] ~= IRREDUCIBLE, blocks = 1, parent = nil }
      loop_of[w] = loop
      loops[#loops + 1] = loop
      for _, x in ipairs(pool) do
        header[x] = w
        parent[x] = w
        if loop_of[x] then loop_of[x].parent = loop else loop.blocks = loop.blocks + 1 end
      end
    end
  end
  return loops
end

local function nesting(loops)
  local deepest, blocks, odd = 0, 0, 0
  for _, loop in ipairs(loops) do
    local depth, up = 1, loop.parent
    while up do
      depth = depth + 1
      up = up.parent
    end
    if depth > deepest then deepest = depth end
    blocks = blocks + loop.blocks
    if not loop.reducible then odd = odd + 1 end
  end
  return deepest, blocks, odd
end

local g = build(20, 4)
local total, deepest, blocks, odd = 0, 0, 0, 0
for _ = 1, n do
  local loops = find_loops(g)
  total = total + #loops
  deepest, blocks, odd = nesting(loops)
end
print(string.format("%d blocks, %d loops, depth %d, %d blocks in loops, %d irreducible",
  g.count, total / n, deepest, blocks, odd))
