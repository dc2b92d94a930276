-- Calls of functions that no trace contains: the loops around them go on behind the call.
local n = 0
for i = 1, 300 do
  n = n + i
  local text = os.date("!%Y", i)
  n = n + #text
  local a, b, c = debug.getinfo(1, "l").currentline, collectgarbage("count") > 0, i
  if b then n = n + c end
end
print("calls", n)
-- More and fewer results than wanted, none, open ones.
local function several(k) return k, os.time({ year = 2000, month = 1, day = k % 28 + 1, hour = 12 }) end
for i = 1, 200 do
  local x, y, z = several(i)
  n = n + x + (z == nil and 1 or 0) + select("#", several(i))
  local t = { i, os.date("!%d", i), os.date("!%m", i) }
  n = n + #t + #t[3]
  print(#table.concat({ os.date("!%H", i) }, ",") == 2) -- printed, too
end
-- As tail calls, in functions that are part of the loop.
local function year(i) return os.date("!%Y", i * 86400 * 365) end
local function chosen(i, ...) return select(i % 3 + 1, ...) end
local last
for i = 1, 200 do
  last = year(i)
  n = n + #last + #chosen(i, "a", "bb", "ccc")
end
print("tail calls", n, last)
-- Errors from such functions, caught within the loop and outside.
for i = 1, 120 do
  local ok, e = pcall(os.date, i % 40 == 0 and "%" or "!%Y", i)
  if not ok then print(i, (e:gsub("^.-:%d+: ", ""))) end
  local ok, e = pcall(error, i % 30 == 0 and i or nil)
  if e then print(i, ok, e) end
  local ok, e = pcall(function() if i % 50 == 0 then error({ i }) elseif i % 50 == 1 then error("text") end return i end)
  if not ok then print(i, type(e) == "table" and e[1] or e) end
end
print(pcall(function()
  local s = 0
  for i = 1, 100 do s = s + #os.date("!%Y", i) if i == 90 then os.date({}) end end
end))
-- Iterators.
local function lines(text) return coroutine.wrap(function() for l in text:gmatch("%a+") do coroutine.yield(l) end end) end
for round = 1, 40 do for l in lines("one two three") do n = n + #l end end
local function pairs_of(t) return next, t end
for round = 1, 60 do for k, v in pairs_of({ a = 1, b = 2, 3 }) do n = n + v end end
print("iterators", n)
-- Functions that call back.
local function order(a, b) return a > b end
for i = 1, 60 do
  local t = { 3, i, 1 }
  table.sort(t, order)
  n = n + t[1] * 3 + t[3]
  n = n + #(("x%d"):rep(3):gsub("%d", function(d) return d .. i end))
  table.foreach({ i }, function(k, v) n = n + k * v end)
  n = n + #tostring(setmetatable({}, { __tostring = function() return "t" .. i end }))
end
print("callbacks", n)
-- A hook that is set on the way, and taken away again.
local seen = 0
for i = 1, 200 do
  if i == 100 then debug.sethook(function() seen = seen + 1 end, "l") end
  n = n + #os.date("!%Y", i)
  if i == 110 then debug.sethook() end
end
print("hooked", n, seen > 0)
-- The loop's own traces go away.
for i = 1, 200 do
  n = n + #os.date("!%Y", i)
  if i % 60 == 0 then jit.flush() end
  if i == 150 then jit.off() elseif i == 170 then jit.on() end
end
print("flushed", n)
-- The environment of the caller.
local function where() return getfenv(2) == _G and debug.traceback("", 2):match("stitches") end
for i = 1, 100 do n = n + #where() end
print("levels", n)
