-- Shortest ways in a sparse graph from every node, without a heap.
-- Measures: branches that differ from pass to pass, sparse tables with number keys, pairs.
-- small: 3
local n = tonumber(arg and arg[1]) or 400

local seed = 1234
local function rnd(k) seed = (seed * 16807) % 2147483647; return seed % k end
local graph = {}
for i = 1, n do graph[i] = {} end
for i = 1, n do for _ = 1, 8 do local j = rnd(n) + 1; graph[i][j] = rnd(100) + 1 end end
local function dijkstra(src)
  local dist, done = {}, {}
  for i = 1, n do dist[i] = math.huge end
  dist[src] = 0
  for _ = 1, n do
    local u, best = nil, math.huge
    for i = 1, n do if not done[i] and dist[i] < best then u, best = i, dist[i] end end
    if not u then break end
    done[u] = true
    for v, w in pairs(graph[u]) do
      local d = best + w
      if d < dist[v] then dist[v] = d end
    end
  end
  return dist
end
local sum = 0
for s = 1, n do local d = dijkstra(s); for i = 1, n do if d[i] < math.huge then sum = sum + d[i] end end end
print(sum)
