-- newproxy in all its forms.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
print(type(newproxy()), type(newproxy(true)), type(newproxy(false)), getmetatable(newproxy()),
  type(getmetatable(newproxy(true))), getmetatable(newproxy(false)))
local p = newproxy(true)
local q = newproxy(p)
print(getmetatable(p) == getmetatable(q), p == q, p == p, rawequal(p, q))
print(pcall(newproxy, {}))
print(pcall(newproxy, 5))
print(pcall(newproxy, "x"))
print(pcall(newproxy, newproxy()))
print(pcall(newproxy, io.stdout))
print(pcall(newproxy, nil))
print(pcall(function() return p.x end))
print(pcall(function() p.x = 1 end))
print(pcall(function() return p() end))
print(pcall(function() return p + 1 end))
print(pcall(function() return p < q end))
print(pcall(function() return p .. "" end))
print(pcall(function() return #p end))
print(pcall(function() return -p end))
local mt = getmetatable(p)
for _, e in ipairs{ "add", "sub", "mul", "div", "mod", "pow", "concat" } do
  mt["__" .. e] = function(a, b) return e .. type(a) .. type(b) end
end
mt.__unm = function() return "unm" end
mt.__len = function() return "len" end
mt.__index = function(_, k) return k end
mt.__call = function(_, ...) return ... end
mt.__lt = function() return true end
mt.__le = function() return false end
mt.__eq = function() return true end
mt.__tostring = function() return "P" end
print(p + 1, 1 - p, p * q, p / 2, 3 % p, p ^ 1, p .. "x", "x" .. p, -p, #p, p.key, p(1, 2), p < q, p <= q, p == q,
  tostring(p))
mt.__newindex = function(_, k, v) print("set", k, v) end
p.z = 1
q[1] = 2
mt.__metatable = "hidden"
print(getmetatable(p), pcall(setmetatable, p, {}))
local keyed = { [p] = "p", [q] = "q" }
print(keyed[p], keyed[q], type(p), debug.getmetatable(p) == mt)
