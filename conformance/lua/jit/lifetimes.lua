-- Functions die with their traces; what traces refer to lives as long as they.
local total = 0
for round = 1, 40 do
  local f = assert(loadstring("local t, s = ..., 0 for i = 1, 150 do s = s + i % " .. round + 1 ..
    " t['k" .. round .. "'] = s end return s, function(x) for i = 1, 80 do x = x + #('c" .. round .. "' .. i) end return x end"))
  local box = {}
  local s, g = f(box)
  total = total + s + g(round)
  f, g = nil, nil
  if round % 8 == 0 then collectgarbage() end
end
print(total)
collectgarbage()

-- Constants that only a trace and its function know.
local function keeper()
  return loadstring([[
    local n = 0
    local function step(s) if s == "rare" .. "name" then return 1 end return 2 end
    for i = 1, 300 do n = n + step(i % 50 == 0 and "rarename" or "other") end
    return n]])
end
local k = keeper()
print(k())
for _ = 1, 5 do collectgarbage() print(k()) end

-- Coroutines that die in the middle of compiled loops.
local cos = {}
for i = 1, 50 do
  local co = coroutine.create(function()
    local s = 0
    for j = 1, 200 do s = s + j if j == 100 then coroutine.yield(s) end end
    return s
  end)
  local _, s = coroutine.resume(co)
  cos[i] = s
  if i % 2 == 0 then
    local _, e = coroutine.resume(co)
    cos[i] = e
  end
end
collectgarbage()
print(cos[1], cos[2], cos[49], cos[50])

-- Finalizers run while loops are hot.
local finalized = 0
for i = 1, 2000 do
  local p = newproxy(true)
  getmetatable(p).__gc = function() finalized = finalized + 1 end
  p = nil
  if i % 500 == 0 then collectgarbage() end
end
collectgarbage()
collectgarbage()
print(finalized == 2000)

-- Weak tables are cleared although traces know their entries.
local weak = setmetatable({}, { __mode = "v" })
for i = 1, 300 do weak[i % 5] = { i } end
collectgarbage()
local left = 0
for _ in pairs(weak) do left = left + 1 end
print(left <= 5)
