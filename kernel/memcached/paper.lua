-- Several requests for one crossing: memcached runs this to send the replies to one batch and to receive the next, for which the script waits in the
-- kernel. The replies are made by memcached. Both batches lie in the region that it shares with the script.
local socket, events, in_count, in_size, out_count, out_size = ...

local region = sys.region()
local inbox = sys.batch(in_count, in_size, region)
local outbox = sys.batch(out_count, out_size, region:sub(in_count * math.ceil((136 + in_size) / 8) * 8))

local recvmmsg, sendmmsg, poll, NOW = sys.recvmmsg, sys.sendmmsg, sys.poll, sys.MSG_DONTWAIT
local writable = { { fd = socket, events = sys.POLLOUT } }
local readable = { { fd = socket, events = sys.POLLIN }, { fd = events, events = sys.POLLIN } }

-- Sends the first messages of the outbox. One that can't be sent is lost, as datagrams are.
local function send(count)
  local sent = 0
  while sent < count do
    local n, failure = sendmmsg(socket, outbox, NOW, sent + 1, count - sent)
    if n then
      sent = sent + n
    elseif failure == "EAGAIN" then
      poll(writable)
    else
      sent = sent + 1
    end
  end
end

-- Sends so many replies; then, unless memcached has something else to do first, waits for requests and says how many there are.
sys.handler(function(ready, receives)
  send(ready)
  if receives == 0 then
    return 0
  end
  local n = recvmmsg(socket, inbox, NOW)
  while not n do
    poll(readable)
    n = recvmmsg(socket, inbox, NOW)
    if not n and readable[2].revents ~= 0 then
      return 0
    end
  end
  return n
end)
return 0
