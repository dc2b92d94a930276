-- BFS, DFS, Dijkstra, Floyd-Warshall, topological sort, components, MST.
local g = {}
local function edge(a, b, w) g[a] = g[a] or {} g[b] = g[b] or {} g[a][#g[a] + 1] = { b, w } end
for a, b, w in ("A-B:4 A-C:2 B-C:1 B-D:5 C-D:8 C-E:10 D-E:2 D-F:6 E-F:3 G-H:1"):gmatch("(%a)%-(%a):(%d+)") do
  edge(a, b, tonumber(w))
end
local nodes = {}
for k in pairs(g) do nodes[#nodes + 1] = k end
table.sort(nodes)
print(table.concat(nodes, " "))
local function bfs(s)
  local q, seen, o, i = { s }, { [s] = 0 }, {}, 1
  while q[i] do
    local n = q[i]
    i = i + 1
    o[#o + 1] = n .. seen[n]
    for _, e in ipairs(g[n]) do if not seen[e[1]] then seen[e[1]] = seen[n] + 1 q[#q + 1] = e[1] end end
  end
  return table.concat(o, " ")
end
local function dfs(s, seen, o)
  seen, o = seen or {}, o or {}
  if seen[s] then return o end
  seen[s] = true
  o[#o + 1] = s
  for _, e in ipairs(g[s]) do dfs(e[1], seen, o) end
  return o
end
for _, s in ipairs{ "A", "D", "G", "F" } do print(s, bfs(s), table.concat(dfs(s), " ")) end
local function dijkstra(s)
  local d, prev, done = { [s] = 0 }, {}, {}
  while true do
    local b
    for _, n in ipairs(nodes) do if d[n] and not done[n] and (not b or d[n] < d[b]) then b = n end end
    if not b then break end
    done[b] = true
    for _, e in ipairs(g[b]) do
      local nd = d[b] + e[2]
      if not d[e[1]] or nd < d[e[1]] then d[e[1]] = nd prev[e[1]] = b end
    end
  end
  return d, prev
end
local d, prev = dijkstra("A")
for _, n in ipairs(nodes) do
  local p, c = {}, n
  while c do table.insert(p, 1, c) c = prev[c] end
  print(n, d[n], d[n] and table.concat(p, ">"))
end
local dist = {}
for _, a in ipairs(nodes) do
  dist[a] = {}
  for _, b in ipairs(nodes) do dist[a][b] = a == b and 0 or math.huge end
  for _, e in ipairs(g[a]) do dist[a][e[1]] = e[2] end
end
for _, k in ipairs(nodes) do
  for _, i in ipairs(nodes) do
    for _, j in ipairs(nodes) do
      if dist[i][k] + dist[k][j] < dist[i][j] then dist[i][j] = dist[i][k] + dist[k][j] end
    end
  end
end
for _, a in ipairs(nodes) do
  local r = {}
  for _, b in ipairs(nodes) do r[#r + 1] = tostring(dist[a][b]) end
  print(a, table.concat(r, " "))
end
local function topo(deps)
  local order, state, cyc = {}, {}, nil
  local ks = {}
  for k in pairs(deps) do ks[#ks + 1] = k end
  table.sort(ks)
  local function visit(k, path)
    if state[k] == 2 then return end
    if state[k] == 1 then error("cycle: " .. path .. ">" .. k, 0) end
    state[k] = 1
    for _, x in ipairs(deps[k] or {}) do visit(x, path .. ">" .. k) end
    state[k] = 2
    order[#order + 1] = k
  end
  for _, k in ipairs(ks) do visit(k, "") end
  return table.concat(order, " ")
end
print(pcall(topo, { app = { "lib", "util" }, lib = { "core" }, util = { "core", "lib" }, core = {} }))
print(pcall(topo, { a = { "b" }, b = { "c" }, c = { "a" } }))
local parent = {}
local function find(x)
  while parent[x] and parent[x] ~= x do parent[x] = parent[parent[x]] or parent[x] x = parent[x] end
  return x
end
local es = {}
for a, l in pairs(g) do for _, e in ipairs(l) do es[#es + 1] = { a, e[1], e[2] } end end
table.sort(es, function(x, y) if x[3] ~= y[3] then return x[3] < y[3] end return x[1] .. x[2] < y[1] .. y[2] end)
local total, mst = 0, {}
for _, e in ipairs(es) do
  local a, b = find(e[1]), find(e[2])
  if a ~= b then parent[a] = b total = total + e[3] mst[#mst + 1] = e[1] .. e[2] .. e[3] end
end
print(total, table.concat(mst, " "))
local maze = { "S.#.....", "..#.##.#", "..#.#...", ".##.#.#.", "......#E" }
local function solve()
  local H, W, sx, sy = #maze, #maze[1]
  for y, r in ipairs(maze) do local x = r:find("S") if x then sx, sy = x, y end end
  local q, from, i = { { sx, sy } }, { [sx .. "," .. sy] = "" }, 1
  while q[i] do
    local x, y = q[i][1], q[i][2]
    i = i + 1
    if maze[y]:sub(x, x) == "E" then return from[x .. "," .. y] end
    for dir, o in pairs{ R = { 1, 0 }, D = { 0, 1 }, L = { -1, 0 }, U = { 0, -1 } } do
      local nx, ny = x + o[1], y + o[2]
      if ny >= 1 and ny <= H and nx >= 1 and nx <= W and maze[ny]:sub(nx, nx) ~= "#" and not from[nx .. "," .. ny] then
        from[nx .. "," .. ny] = from[x .. "," .. y] .. dir
        q[#q + 1] = { nx, ny }
      end
    end
  end
end
print(#solve())
