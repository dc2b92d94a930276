-- An error in a gsub callback.
local r = ("a b"):gsub("%a", function(c) if c == "b" then error("bad letter " .. c) end return c:upper() end)
