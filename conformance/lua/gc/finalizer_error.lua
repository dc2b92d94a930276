-- An error in a finalizer surfaces where the collection runs.
local p = newproxy(true) getmetatable(p).__gc = function() error("gc error") end p = nil
print(pcall(collectgarbage))
print(pcall(collectgarbage))
local q = newproxy(true)
getmetatable(q).__gc = function() error({}) end
q = nil
print((pcall(collectgarbage)))
print("still running")
collectgarbage()
print("after")
