-- Traceback through string.gsub and a metamethod.
local o = setmetatable({}, { __index = function(_, k) return k .. nil end })
string.gsub("abc", "%a", function(c) return o[c] end)
