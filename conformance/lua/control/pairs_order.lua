-- pairs walks the array part in order; holes and deletions.
local t = {} for i = 1, 20 do t[i] = i * i end
local r = {} for k, v in pairs(t) do r[#r + 1] = k .. "=" .. v end print(table.concat(r, " "))
t[5], t[11], t[20] = nil, nil, nil
r = {} for k, v in pairs(t) do r[#r + 1] = k .. "=" .. v end print(table.concat(r, " "))
r = {} for k, v in pairs{ 1, nil, 3, nil, 5 } do r[#r + 1] = k .. "=" .. v end print(table.concat(r, " "))
local function sorted(x)
  local ks = {}
  for k in pairs(x) do ks[#ks + 1] = tostring(k) end
  table.sort(ks)
  return table.concat(ks, " ")
end
print(sorted{ a = 1, b = 2, 3, 4, [10] = 5, [-1] = 6, [1.5] = 7, [true] = 8 })
print(sorted{}) print(sorted{ nil }) print(sorted{ n = nil, m = false })
local big = {} for i = 1, 300 do big["k" .. i] = i end for i = 1, 300, 2 do big["k" .. i] = nil end
local n, sum = 0, 0 for k, v in pairs(big) do n = n + 1 sum = sum + v end print(n, sum)
for k, v in pairs(big) do big[k] = nil end print(next(big), n)
print(next({}), next({ 7 }), next({ 7 }, 1), next({ a = 1 }), next({ a = 1 }, "a"))
print(pcall(next, {}, "zz"))
print(pcall(next, { 1 }, 2))
print(pcall(next))
print(pcall(next, 1))
print(pcall(next, { 1, 2 }, 1.5))
print(pcall(next, {}, 0/0))
