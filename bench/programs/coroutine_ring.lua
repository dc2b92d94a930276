-- A token passes round a ring of coroutines, and producers feed consumers.
-- Measures: coroutine switches with values both ways, creation of coroutines.
-- small: 10
local n = tonumber(arg and arg[1]) or 70000

local create, resume, yield, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.status

local RING = 500
local ring = {}
for i = 1, RING do
  ring[i] = create(function(token)
    local seen = 0
    while true do
      seen = seen + 1
      token = yield(token + seen % 3)
    end
  end)
end

local token = 0
for _ = 1, math.ceil(n / 2) do
  for i = 1, RING do
    local ok, value = resume(ring[i], token)
    assert(ok, value)
    token = value % 1000003
  end
end

local sum = 0
for i = 1, n * 10 do
  local producer = create(function(limit)
    for k = 1, limit do yield(k) end
    return nil
  end)
  local limit = i % 5 + 1
  while status(producer) ~= "dead" do
    local _, value = resume(producer, limit)
    sum = sum + (value or 0)
  end
end
print(string.format("%d %d", token, sum))
