-- A protected metatable.
local t = setmetatable({}, { __metatable = false })
setmetatable(t, {})
