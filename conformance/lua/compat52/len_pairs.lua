-- mode: 52compat
-- __len, __pairs, __ipairs, rawlen, table.pack, table.unpack under 52COMPAT.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local t = setmetatable({ 1, 2, 3 }, { __len = function() return 42 end })
print(#t, rawlen(t), rawlen("abc"), pcall(rawlen, 5), pcall(rawlen))
local p = setmetatable({}, { __pairs = function(x)
  return function(_, k) if not k then return 1, "one" end end, x, nil
end })
for k, v in pairs(p) do print(k, v) end
local ip = setmetatable({}, { __ipairs = function(x)
  return function(_, i) if i < 3 then return i + 1, i * 10 end end, x, 0
end })
for i, v in ipairs(ip) do print(i, v) end
print(pcall(pairs, setmetatable({}, { __pairs = 5 })))
print(select("#", pairs(setmetatable({}, { __pairs = function() return 1, 2, 3, 4, 5 end }))))
local pk = table.pack(1, nil, 3)
print(pk.n, pk[1], pk[2], pk[3], table.pack().n)
print(table.unpack({ 1, 2, 3 }))
print(table.unpack({ 1, 2, 3 }, 2), unpack)
print(coroutine.running())
print(select("#", coroutine.running()), select(2, coroutine.running()))
print(coroutine.wrap(function() return select(2, coroutine.running()) end)())
print(package.searchers == package.loaders, package.loaders, #(package.searchers or {}))
print(io.write("") == io.stdout, io.stdout:write("") == io.stdout)
print(#setmetatable({}, { __len = function() return "str" end }))
print(pcall(function() return #setmetatable({}, { __len = function() error("lenerr") end }) end))
print(#setmetatable({}, { __len = function(a, b) return rawequal(a, b) end }))
