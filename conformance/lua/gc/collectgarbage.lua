-- Options of collectgarbage and what they answer.
print(collectgarbage(), collectgarbage("collect"), type(collectgarbage("count")), collectgarbage("count") > 0)
print(collectgarbage("isrunning"), collectgarbage("stop"), collectgarbage("isrunning"), collectgarbage("restart"),
  collectgarbage("isrunning"))
print(collectgarbage("setpause", 150), collectgarbage("setpause", 200), collectgarbage("setstepmul", 300),
  collectgarbage("setstepmul", 200))
print(type(collectgarbage("step")), type(collectgarbage("step", 100)))
local n = 0
repeat n = n + 1 until collectgarbage("step", 1) or n > 100000
print(n < 100000)
collectgarbage()
collectgarbage()
local before = collectgarbage("count")
local t = {}
for i = 1, 20000 do t[i] = { i } end
local mid = collectgarbage("count")
t = nil
collectgarbage()
collectgarbage()
local after = collectgarbage("count")
print(mid > before, mid - before > 500, after - before < 100)
for _ = 1, 20 do local x = {} for i = 1, 5000 do x[i] = "s" .. i end end
print(collectgarbage("count") < 20000)
print(gcinfo() > 0, select("#", gcinfo()))
collectgarbage("stop")
local s = collectgarbage("count")
local kept = {} for i = 1, 5000 do kept[i] = { i } end
print(collectgarbage("count") > s)
collectgarbage("restart")
collectgarbage()
print(pcall(collectgarbage, "unknown"))
print(pcall(collectgarbage, 5))
print(pcall(collectgarbage, "step", "x"))
print(collectgarbage(nil))
