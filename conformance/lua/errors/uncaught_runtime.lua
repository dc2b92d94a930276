-- Runtime error deep in library callbacks.
local t = { 3, 1, 2 }
print(pcall(table.sort, t, function(a, b) return a.x < b.x end))
table.sort(t, function(a, b) return a < nil end)
