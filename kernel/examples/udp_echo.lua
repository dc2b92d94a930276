-- A UDP server that answers each message with the same message.
--   perilune --simulate-kernel kernel/examples/udp_echo.lua @udp:127.0.0.1:7777 1000
-- It returns after so many messages (for ever without a number). The process crosses into the kernel once; with recvfrom and
-- sendto it would cross twice for each message.
local fd, most = ...
most = tonumber(most) or math.huge

local batch = sys.batch(64, 2048)
local served = 0
while served < most do
  local n, failure = sys.recvmmsg(fd, batch, 0, math.min(64, most - served))
  if not n then
    return served, failure
  end
  local sent = 0
  while sent < n do
    local more, why = sys.sendmmsg(fd, batch, 0, sent + 1, n - sent)
    -- A peer that has gone away is no reason to stop.
    sent = sent + (more or 1)
  end
  served = served + n
end
return served
