-- xpcall whose handler fails.
print(xpcall(function() error("a") end, function(m) error("b") end))
print(xpcall(function() error("a") end, function(m) return m.x.y end))
error("end")
