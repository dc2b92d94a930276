-- Generic for: protocol, state, closing values, errors.
local function iter(s, c) if c < s then return c + 1, (c + 1) ^ 2 end end
for a, b in iter, 4, 0 do print(a, b) end
for a, b, c, d in function(s, c) if not c then return 1, s end end, "state" do print(a, b, c, d) end
for k in pairs({ x = 1 }) do print(k) end
for i, v in ipairs({ 1, 2, nil, 4 }) do print(i, v) end
for k, v in next, { 10, 20, 30 } do print(k, v) end
for k, v in pairs({ 5, 6, 7 }) do print(k, v) end
for k, v in next, { 7 }, nil do print(k, v) end
for w in ("one two three"):gmatch("%a+") do io.write(w, ";") end print()
local t = setmetatable({}, { __call = function(self, s, c) c = (c or 0) + 1 if c <= 3 then return c, s end end })
for i, s in t, "st" do print(i, s) end
local fs = {} for i, v in ipairs{ "a", "b", "c" } do fs[i] = function() v = v .. "!" return i, v end end
print(fs[1]()) print(fs[1]()) print(fs[3]())
for i in (function()
  local n = 0
  return function() n = n + 1 if n <= 3 then return n end end
end)() do io.write(i, " ") end
print()
for a in function() return nil end do print"never" end
for a, b in function() return false, 1 end do print("false goes on", a, b) break end
print(pcall(function() for a in nil do end end))
print(pcall(function() for a in 5 do end end))
print(pcall(function() for a in {} do end end))
print(pcall(function() local x for a in x do end end))
print(pcall(function() for a in undefd do end end))
print(pcall(function() for a in ("x").y do end end))
print(pcall(function() for k in pairs(nil) do end end))
print(pcall(function() for k in ipairs() do end end))
print(pcall(function() for k in next do end end))
print(pcall(function() for k in pairs{}, 1 do print(k) end end))
print(pcall(function() for k, v in next, {}, 1 do end end))
print(pcall(function() for k, v in next, {}, "nokey" do end end))
print(pcall(function() for i in function() error("in iterator") end do end end))
local d = { 1, 2, 3, 4, 5, a = 1, b = 2 } for k in pairs(d) do d[k] = nil end print(next(d))
local u = { 1, 2, 3 } for k, v in pairs(u) do u[k] = v * 2 end print(u[1], u[2], u[3])
for i, v in ipairs(setmetatable({}, { __index = function(_, k) if k < 4 then return k * 10 end end })) do print(i, v) end
do local n = 0 for i, v in ipairs(setmetatable({ 1 }, { __index = { 9, 8, 7 } })) do n = n + v end print(n) end
for k, v, extra in (function() return function(_, c) if not c then return 1, 2, 3, 4 end end end)() do print(k, v, extra) end
