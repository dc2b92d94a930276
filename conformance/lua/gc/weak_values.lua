-- Weak values: objects go, strings and numbers stay.
local w = setmetatable({}, { __mode = "v" })
local keep = {}
w[1] = {}
w[2] = keep
w[3] = "string"
w[4] = 5
w.a = {}
w.b = function() return keep end
w.c = print
w.d = coroutine.create(function() end)
w.e = newproxy()
w.k = keep
w[true] = true
collectgarbage()
collectgarbage()
print(w[1], w[2] == keep, w[3], w[4], w.a, w.b, w.c == print, w.d, w.e, w.k == keep, w[true])
keep = nil
collectgarbage()
collectgarbage()
print(w[2], w.k)
local c = setmetatable({}, { __mode = "v" })
for i = 1, 100 do c[i] = { i } end
collectgarbage()
collectgarbage()
local n = 0
for _ in pairs(c) do n = n + 1 end
print(n, next(c))
local held = {}
for i = 1, 100 do local o = { i } c[i] = o if i % 10 == 0 then held[#held + 1] = o end end
collectgarbage()
collectgarbage()
n = 0
for k, v in pairs(c) do n = n + v[1] end
print(n)
held = nil
collectgarbage()
collectgarbage()
print(next(c))
local s = setmetatable({}, { __mode = "v" })
s.x = {}
s.x.self = s.x
collectgarbage()
collectgarbage()
print(s.x)
local cache = setmetatable({}, { __mode = "v" })
local function get(k) local v = cache[k] if not v then v = { k = k } cache[k] = v end return v end
local a = get("a")
print(get("a") == a, get("b").k)
collectgarbage()
collectgarbage()
print(cache.a == a, cache.b)
for i = 1, 10 do s["k" .. i] = "v" .. i end
collectgarbage()
print(s.k1, s.k10)
