-- Weak keys.
local w = setmetatable({}, { __mode = "k" })
local key = {}
w[key] = "kept"
w[{}] = "gone"
w["str"] = {}
w[5] = {}
w[function() return key end] = 1
w[newproxy()] = 2
collectgarbage()
collectgarbage()
local n = 0
for k, v in pairs(w) do n = n + 1 end
print(n, w[key], type(w.str), type(w[5]))
key = nil
collectgarbage()
collectgarbage()
n = 0
for k in pairs(w) do n = n + 1 end
print(n)
local kv = setmetatable({}, { __mode = "kv" })
local a, b = {}, {}
kv[a] = b
kv[b] = {}
kv[{}] = a
kv[1] = {}
kv.x = a
collectgarbage()
collectgarbage()
n = 0
for k, v in pairs(kv) do n = n + 1 end
print(n, kv[a] == b, kv[b], kv[1], kv.x == a)
a, b = nil, nil
collectgarbage()
collectgarbage()
print(next(kv))
local data = setmetatable({}, { __mode = "k" })
local function attach(o, v) data[o] = v return o end
local o1 = attach({}, "private1")
attach({}, "lost")
collectgarbage()
collectgarbage()
n = 0
for k, v in pairs(data) do n = n + 1 print(v) end
print(n, data[o1])
local m = setmetatable({}, { __mode = "x" })
m[1] = {}
collectgarbage()
print(type(m[1]))
local late = { {} }
setmetatable(late, { __mode = "v" })
collectgarbage()
collectgarbage()
print(#late)
local mt = {}
local dyn = setmetatable({ {} }, mt)
collectgarbage()
print(#dyn)
mt.__mode = "v"
collectgarbage()
collectgarbage()
print(#dyn)
