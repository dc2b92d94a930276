-- __gc of userdata: order, errors, resurrection, at exit.
local log = {}
local function obj(name)
  local p = newproxy(true)
  getmetatable(p).__gc = function(self) log[#log + 1] = name assert(type(self) == "userdata") end
  return p
end
do local a, b, c = obj("a"), obj("b"), obj("c") end
collectgarbage()
collectgarbage()
print(table.concat(log, " "))
log = {}
local keep = obj("keep")
obj("x")
collectgarbage()
print(table.concat(log, " "))
log = {}
for i = 1, 10 do obj(i) end
collectgarbage()
collectgarbage()
print(table.concat(log, " "))
local saved
local r = newproxy(true)
getmetatable(r).__gc = function(self) saved = self end
r = nil
collectgarbage()
collectgarbage()
print(type(saved))
saved = nil
collectgarbage()
collectgarbage()
print(saved)
log = {}
local t = setmetatable({}, { __gc = function() log[#log + 1] = "table" end })
t = nil
collectgarbage()
collectgarbage()
print(#log)
local p = newproxy(true)
getmetatable(p).__gc = 5
p = nil
collectgarbage()
p = newproxy(true)
getmetatable(p).__gc = nil
p = nil
collectgarbage()
p = newproxy(true)
local pp = newproxy(p)
getmetatable(p).__gc = function() log[#log + 1] = "shared" end
p, pp = nil, nil
collectgarbage()
collectgarbage()
print(#log)
local w = setmetatable({}, { __mode = "v" })
w[1] = obj("weakly held")
collectgarbage()
collectgarbage()
print(w[1], log[#log])
local wk = setmetatable({}, { __mode = "k" })
wk[obj("weak key")] = "v"
collectgarbage()
collectgarbage()
print(next(wk), log[#log])
local q = newproxy(true)
local inner = { "payload" }
getmetatable(q).__gc = function() log[#log + 1] = inner[1] end
inner = nil
q = nil
collectgarbage()
collectgarbage()
print(log[#log] == "payload" or log[#log])
local nest = newproxy(true)
getmetatable(nest).__gc = function() obj("created in gc") collectgarbage() end
nest = nil
collectgarbage()
collectgarbage()
collectgarbage()
print(log[#log])
local co = newproxy(true)
getmetatable(co).__gc = function()
  local c = coroutine.wrap(function() coroutine.yield("from co") end)
  log[#log + 1] = c()
end
co = nil
collectgarbage()
collectgarbage()
print(log[#log])
finalobj = newproxy(true)
getmetatable(finalobj).__gc = function() print("at exit 1") end
finalobj2 = newproxy(true)
getmetatable(finalobj2).__gc = function() print("at exit 2") end
print("end of script", type(keep))
