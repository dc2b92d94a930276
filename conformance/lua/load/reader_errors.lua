-- What `load` says when its reader fails.
print(pcall(load, function() return {} end))
print(pcall(load, function() return true end))
print(pcall(load, function() error("reader") end))
print(pcall(load, function() error() end))
print(pcall(load, function() error({}) end) == true)
local function try(reader) local f, message = load(reader, "=chunk") return f, message end
print(pcall(try, function() return {} end))
print(pcall(try, function() return print end))
print(pcall(try, function() error("in the reader", 0) end))
print(pcall(try, function() error("in the reader") end))
print(pcall(try, function() local x; return x.y end))
print(coroutine.wrap(function() local f, message = load(function() return {} end) return f, message end)())
-- The pieces so far don't matter, and neither does what comes after the end.
local n = 0
print(pcall(try, function() n = n + 1 if n < 3 then return ({"return ", "1"})[n] end return n == 3 and {} or nil end))
n = 0
local f = load(function() n = n + 1 return ({"return ", "1", " + ", 2, ""})[n] end) print(f(), n)
n = 0
f = load(function() n = n + 1 return ({"return ", "..."})[n] end, nil, "t") print(f(4, 5), n)
for length = 1, 5 do
  local source, at = "local t = {} for i = 1, 10 do t[i] = i * i end return #t, t[7], [[\n]]", 1 - length
  f = load(function() at = at + length return at <= #source and source:sub(at, at + length - 1) or nil end)
  print(length, f())
end
local big, sent = ("x = (x or 0) + 1 "):rep(5000), 0
f = load(function() sent = sent + 1 return sent <= 4 and big or nil end) f() print(x, sent)
