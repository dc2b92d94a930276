-- yield across pcall, xpcall, metamethods, iterators, nested calls.
local function run(f, ...)
  local co = coroutine.create(f)
  local args = { ... }
  local n = 0
  while true do
    local r = { coroutine.resume(co, unpack(args)) }
    print(coroutine.status(co), unpack(r))
    n = n + 1
    if coroutine.status(co) == "dead" or n > 12 then break end
    args = { "r" .. n }
  end
end
local Y = coroutine.yield
run(function() return pcall(function() local a = Y("in pcall") return "ret", a end) end)
run(function() return pcall(function() Y("then error") error("after") end) end)
run(function() return xpcall(function() Y(1) error("xe") end, function(m) return "handled " .. m end) end)
run(function() return xpcall(function(...) return Y(...) end, print, "a", "b") end)
run(function() return pcall(pcall, pcall, function() return Y("deep") end) end)
run(function() return pcall(Y, "direct") end)
run(function() return pcall(pcall, Y, "direct2") end)
run(function() local ok, e = pcall(error, Y("x")) return ok, e end)
local mt = {}
for _, ev in ipairs{ "add", "sub", "mul", "div", "mod", "pow", "unm", "concat", "index", "call", "lt", "le", "eq",
  "newindex" } do
  mt["__" .. ev] = function(a, b, c) return Y(ev) end
end
local function o() return setmetatable({}, mt) end
run(function() return o() + 1, 2 end)
run(function() return 1 - o() end)
run(function() return o() * o(), o() / 1, o() % 2, 2 ^ o() end)
run(function() return -o() end)
run(function() return o() .. "x", "x" .. o() end)
run(function() return "a" .. "b" .. o() .. "c" end)
run(function() return o().field, o()[1] end)
run(function() return o()(1, 2) end)
run(function() o().x = 1 return "set" end)
run(function() return o() < o(), o() > o() end)
run(function() return o() <= o(), o() >= o() end)
run(function() return o() == o(), o() ~= o() end)
run(function() if o() < o() then return "T" else return "F" end end)
run(function() if not (o() == o()) then return "T" else return "F" end end)
run(function() local t = {} while o() <= o() and #t < 3 do t[#t + 1] = 1 end return #t end)
run(function() local x = o() x = x + 1 return x end)
run(function() local x = o() return x.a and x.b or x.c end)
run(function() return setmetatable({}, { __index = o() }).via end)
run(function()
  local r = {}
  for v in function() return Y("iter") end do r[#r + 1] = v if #r == 3 then break end end
  return unpack(r)
end)
run(function()
  for k, v in setmetatable({}, { __call = function(_, s, c)
    c = (c or 0) + 1
    if c < 4 then return c, Y(c) end
  end }) do print(k, v) end
  return "end"
end)
run(function() local function rec(n) if n == 0 then return Y("bottom") end return (rec(n - 1)) end return rec(50) end)
run(function() local function tail(n) if n == 0 then return Y("tail") end return tail(n - 1) end return tail(50) end)
run(function() return select(2, Y(1), Y(2), Y(3)) end)
run(function() local t = { Y(1), Y(2), k = Y(3) } return t[1], t[2], t.k end)
run(function() return (Y(1) .. Y(2)) end)
run(function() return Y(1) == "r1" and Y(2) or Y(3) end)
run(function(...) return Y(...) end, 1, 2, 3)
