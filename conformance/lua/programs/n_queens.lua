-- n queens by backtracking, counted and drawn.
local function queens(n, onfound)
  local cols, d1, d2, pos, count = {}, {}, {}, {}, 0
  local function place(r)
    if r > n then count = count + 1 if onfound then onfound(pos, count) end return end
    for c = 1, n do
      if not cols[c] and not d1[r + c] and not d2[r - c] then
        cols[c], d1[r + c], d2[r - c], pos[r] = true, true, true, c
        place(r + 1)
        cols[c], d1[r + c], d2[r - c] = nil, nil, nil
      end
    end
  end
  place(1)
  return count
end
for n = 1, 8 do print(n, queens(n)) end
queens(6, function(p, k)
  print("solution " .. k, table.concat(p, " "))
  for r = 1, 6 do print(("."):rep(p[r] - 1) .. "Q" .. ("."):rep(6 - p[r])) end
end)
local first
queens(8, function(p, k) if k == 1 then first = table.concat(p, ",") end end)
print(first)
local function gen(n)
  return coroutine.wrap(function() queens(n, function(p) coroutine.yield(table.concat(p)) end) end)
end
local k = 0
for s in gen(7) do k = k + 1 if k <= 5 then print(k, s) end end
print(k)
