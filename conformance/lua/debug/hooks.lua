-- sethook: call, return, line, count; gethook; hook arguments.
local log = {}
local function record(ev, line)
  local i = debug.getinfo(2, "nS")
  log[#log + 1] = ev .. (line and ":" .. line or "")
end
local function flush(...) debug.sethook() print(table.concat(log, " "), ...) log = {} end
jit.off()
local function f(x)
  local y = x + 1
  if y > 2 then
    y = y * 2
  end
  return y
end
debug.sethook(record, "l") f(1) flush() debug.sethook(record, "l")
f(5)
for i = 1, 2 do
  f(i)
end flush()
debug.sethook(record, "c")
f(1)
math.abs(1)
flush()
debug.sethook(record, "r")
f(1)
math.abs(1)
flush()
debug.sethook(record, "cr")
f(1)
flush()
debug.sethook(record, "crl")
f(1)
flush()
local function tail() return f(1) end
debug.sethook(record, "cr")
tail()
flush()
local n = 0
debug.sethook(function() n = n + 1 end, "", 10)
for i = 1, 1000 do end
debug.sethook()
print(n > 50, n < 500)
n = 0
debug.sethook(function(ev) n = n + 1 log[1] = ev end, "", 1)
local z = 1
z = z + 1
debug.sethook()
print(n > 2, n < 20, log[1])
log = {}
local function h() end
print(debug.sethook(h, "crl", 5))
local a, b, c = debug.gethook()
debug.sethook()
print(a == h, b, c)
print(debug.gethook())
debug.sethook(h, "")
print(debug.gethook() == nil or debug.gethook() == h)
debug.sethook(h, "c")
a, b, c = debug.gethook()
debug.sethook()
print(a == h, b, c)
print(pcall(debug.sethook, 5))
print(pcall(debug.sethook, h))
print(pcall(debug.sethook, h, 5) )
debug.sethook()
print(pcall(debug.sethook, h, {}))
print(pcall(debug.sethook, "x", "c"))
debug.sethook()
local ok, e = pcall(function()
  debug.sethook(function(ev, l) debug.sethook() error("from hook " .. ev) end, "l")
  local x = 1
end)
debug.sethook()
print(ok, e)
local names = {}
debug.sethook(function() local i = debug.getinfo(2, "n") names[#names + 1] = tostring(i.name) end, "c")
f(1)
string.len("x")
debug.sethook()
print(table.concat(names, " "))
debug.sethook(record, "l")
coroutine.wrap(function() local q = 1 end)()
flush()
local co = coroutine.create(function() f(1) coroutine.yield() f(1) end)
debug.sethook(record, "c")
coroutine.resume(co)
flush()
debug.sethook(record, "l")
local s = loadstring("local a = 1\n\nlocal b = 2 local c = 3\nwhile b < 4 do\n b = b + 1\nend\nreturn a")
s()
flush()
local depth = 0
debug.sethook(function(ev) depth = depth + (ev == "call" and 1 or -1) end, "cr")
pcall(error, "x")
flush(depth ~= nil)
debug.sethook(record, "l")
local t = setmetatable({}, { __index = function(_, k) return k end })
local v = t.x
flush(v)
