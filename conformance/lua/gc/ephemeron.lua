-- expect-different: ephemerons
-- A value that refers to its own weak key: LuaJIT keeps the pair, Perilune collects it.
local w = setmetatable({}, { __mode = "k" })
for i = 1, 5 do local k = {} w[k] = { k } end
collectgarbage() collectgarbage()
local n = 0 for _ in pairs(w) do n = n + 1 end print("pairs left", n)
local a, b = {}, {} w[a] = { b } w[b] = { a } a, b = nil, nil
collectgarbage() collectgarbage()
n = 0 for _ in pairs(w) do n = n + 1 end print("pairs left", n)
