-- __newindex: functions, tables, chains, rawset.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local log = {}
local t = setmetatable({ a = 1 }, { __newindex = function(s, k, v)
  log[#log + 1] = tostring(k) .. "=" .. tostring(v)
end })
t.a = 2
t.b = 3
t[1] = 4
t[1] = 5
t.c = nil
print(t.a, t.b, t[1], table.concat(log, " "))
rawset(t, "b", 9)
t.b = 10
print(t.b, #log)
t.b = nil
t.b = 1
print(t.b, #log)
local store = {}
local p = setmetatable({}, { __newindex = store })
p.x = 1
p[1] = 2
print(rawget(p, "x"), store.x, store[1])
local p2 = setmetatable({}, { __newindex = p })
p2.y = 3
print(rawget(p2, "y"), rawget(p, "y"), store.y)
local pe = setmetatable({}, { __index = store, __newindex = store })
pe.z = 7
print(pe.z, pe.x, rawget(pe, "z"))
local loop = {}
setmetatable(loop, { __newindex = loop })
print(pcall(function() loop.x = 1 end))
for _, n in ipairs{ 90, 98, 99, 100, 101 } do
  local root = {}
  local c = root
  for i = 1, n do c = setmetatable({}, { __newindex = c }) end
  print(n, pcall(function() c.v = n end), root.v)
end
for _, bad in ipairs{ 5, true, "str", print } do
  local o = setmetatable({}, { __newindex = bad })
  print(type(bad), pcall(function() o.x = 1 end))
end
print(pcall(function() local z = {} z[nil] = 1 end))
print(pcall(function() local z = {} z[0 / 0] = 1 end))
print(pcall(function() rawset({}, nil, 1) end))
print(pcall(rawset, {}, 0 / 0, 1))
print(pcall(function() setmetatable({}, { __newindex = function(_, k, v) print("nil key", k, v) end })[nil] = 5 end))
print(pcall(function()
  setmetatable({}, { __newindex = function(_, k, v) print("nan key", k ~= k, v) end })[0 / 0] = 5
end))
print(pcall(function() setmetatable({}, { __newindex = {} })[nil] = 5 end))
print(pcall(rawset, 1, 2, 3))
print(pcall(rawset, {}, 1))
print(pcall(rawset))
print(rawset({}, 1, 2)[1])
print(pcall(rawget, 1, 2))
print(pcall(rawget, {}))
print(rawget({ 7 }, 1))
local ro = setmetatable({}, { __index = { v = 1 }, __newindex = function(_, k) error("readonly: " .. k, 2) end })
print(ro.v, pcall(function() ro.v = 2 end))
print(pcall(function() ro.new = 2 end))
local tr = {}
local tracked = setmetatable({}, { __index = tr,
  __newindex = function(_, k, v) tr[k] = v == nil and nil or tostring(v) .. "'" end })
tracked.a = 1
tracked.b = 2
tracked.a = nil
print(tracked.a, tracked.b, next(tracked))
debug.setmetatable(5, { __newindex = function(n, k, v) print("num", n, k, v) end })
local n = 5
n.x = 1 ;
(6)[2] = 3
debug.setmetatable(5, nil)
print(pcall(function() n.x = 1 end))
local o = setmetatable({}, { __newindex = setmetatable({},
  { __call = function(_, s, k, v) print("callable", k, v) end }) })
o.x = 1
print(rawget(o, "x"))
print(pcall(function() setmetatable({}, { __newindex = function() error("in newindex", 0) end }).x = 1 end))
local ss = "s"
print(pcall(function() ss.x = 1 end))
print(pcall(function() undefd.x = 1 end))
local arr = setmetatable({ 1, 2 }, { __newindex = function(t, k, v) rawset(t, k, v * 10) end })
arr[2] = 5
arr[3] = 5
arr[4] = 6
arr[4] = 7
print(unpack(arr))
