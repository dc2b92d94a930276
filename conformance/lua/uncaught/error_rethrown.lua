-- An error caught and thrown again.
local ok, e = pcall(function() error("inner") end)
print("caught", e)
error(e, 0)
