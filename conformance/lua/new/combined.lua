-- syntax of 2026 in combination
local rawprint = print local function print(...) local t = {...} for i = 1, select("#", ...) do t[i] = tostring(t[i]):gsub("0x%x+", "A") end rawprint(unpack(t, 1, select("#", ...))) end
local t = {a = {b = {c = 5}}, f = function(...) return select("#", ...), ... end, n = 0}
print(t?.a?.b?.c, t?.x, t.x?.y, t?.["a"], t?.f(1, 2), t.g?.(1), t?.a.b.c, pcall(function() return t?.x.y end))
function t:m(x) return self == t, x end print(t?.:m(1), t:m(2)) print(pcall(function() local z return z?.:m() end)) print(pcall(function() local z return z?.a, z?.[1], z?.() end))
print(nil ?? 1, false ?? 1, 0 ?? 1, nil ?? nil ?? 3, nil ?? false ?? 3, (nil ?? "x") .. "y", t.zz ?? t.a.b.c, nil ?? 1 + 2, nil or 1 ?? 2, nil ?? false or 5)
print(1 < 2 ? "y" : "n", nil ? 1 : 2, false ? 1 : true ? 2 : 3, true ? nil : 5, (true ? 1 : 2) + 10, true ? 1 + 1 : 2 + 2, 5 > 3 ? "a" .. "b" : "c", true ? {1} : {2} ~= nil)
local a = 5 a += 2 a -= 1 a *= 3 a /= 2 a %= 5 print(a) a = "x" a ..= "y" a ..= 1 print(a) local b = 6 b &= 3 b |= 8 b <<= 2 b >>= 1 print(b) b = -8 b ~>>= 1 print(b)
-- side effects evaluated once
local log = {} local function L(n, v) log[#log + 1] = n return v end local tt = {k = 1} L("t", tt)[L("k", "k")] += L("v", 5) print(table.concat(log, " "), tt.k) log = {} tt.k ..= L("s", "z") print(tt.k) local mt = setmetatable({}, {__index = function(_, k) L("get " .. k) return 10 end, __newindex = function(_, k, v) L("set " .. k .. "=" .. tostring(v)) end}) mt.q += 1 mt["r"] *= 2 print(table.concat(log, ", "))
local up = 1 local function inc() up += 1 return up end print(inc(), inc()) glob = 1 glob += 1 print(glob) glob = nil print(pcall(function() glob += 1 end)) print(pcall(function() local q q.x += 1 end)) print(pcall(function() local q = {} q.x.y += 1 end)) print(pcall(function() local q = {} q.x ..= "s" end)) print(pcall(function() up += {} end)) print(pcall(function() local s = "a" s += 1 end))
-- short functions
local id = x -> x local add = |a, b| -> a + b local zero = || -> 0 local blk = x -> do local y = x * 2 return y end local nest = x -> y -> x + y print(id(5), add(1, 2), zero(), blk(4), nest(1)(2), (x -> x .. "!")("hi")) local va = |...| -> select("#", ...) print(pcall(loadstring, "return |...| -> ...")) table.sort(log, |a, b| -> a > b) print(table.concat(log, ";")) local map = |t, f| -> do local r = {} for i, v in ipairs(t) do r[i] = f(v) end return r end print(table.concat(map({1, 2, 3}, x -> x * x), ","))
