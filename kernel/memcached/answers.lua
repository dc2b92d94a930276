-- Replies given in the kernel: memcached keeps a map from requests to replies in the region, and only what isn't there comes to memcached, which then
-- replies as in paper.lua. Memcached's clock is in the region, too, for entries expire.
local socket, events, in_count, in_size, out_count, out_size, entries, key_size, value_size = ...

local function bytes_of(count, size)
  return count * math.ceil((136 + size) / 8) * 8
end
local WORDS = 272 -- u32 now, f64 hits at 8, from 16 on the numbers of the requests that are left to memcached
local HEADER, ROUNDS = 8, 256
local PART = out_size - HEADER

local region = sys.region()
local at = bytes_of(in_count, in_size)
local inbox, outbox = sys.batch(in_count, in_size, region), sys.batch(out_count, out_size, region:sub(at))
at = at + bytes_of(out_count, out_size)
local words, map = region:sub(at, WORDS), sys.map(entries, key_size, value_size, region:sub(at + WORDS))
local messages = {}
for i = 1, in_count do
  messages[i] = inbox:view(i)
end
local reply = sys.buffer(HEADER + value_size) -- a reply of several datagrams

local recvmmsg, sendmmsg, poll, NOW = sys.recvmmsg, sys.sendmmsg, sys.poll, sys.MSG_DONTWAIT
local reply_to, find, set_length = map.reply, map.copy, inbox.setlength
local writable = { { fd = socket, events = sys.POLLOUT } }
local readable = { { fd = socket, events = sys.POLLIN }, { fd = events, events = sys.POLLIN } }
local hits = 0

-- Sends messages of a batch. One that can't be sent is lost, as datagrams are.
local function send(batch, first, count)
  while count > 0 do
    local n, failure = sendmmsg(socket, batch, NOW, first, count)
    if not n and failure == "EAGAIN" then
      poll(writable)
    else
      n = n or 1
      first, count = first + n, count - n
    end
  end
end

-- A reply that doesn't fit into one datagram, and lies in `reply` from HEADER on.
local function reply_in_parts(i, size)
  local sender, id = inbox:address(i), messages[i]:u16be(0) * 65536
  local parts = math.ceil(size / PART)
  if parts > out_count then
    return false
  end
  for part = 0, parts - 1 do
    local from = part * PART
    reply:u32be(from, id + part)
    reply:u32be(from + 4, parts * 65536)
    outbox:set(part + 1, reply, sender, from, HEADER + math.min(PART, size - from))
  end
  send(outbox, 1, parts)
  return true
end

-- Answers what it can of the first n requests, and says how many are left. A request is looked for from its third byte on, so that one with an unusual
-- header isn't found. A reply of one datagram takes the request's place, whose header and address it has.
local function answer(n)
  local now = words:u32(0)
  local first, left = 1, 0
  for i = 1, n do
    local size, ends = reply_to(map, inbox, i, 2, HEADER)
    if not size then
      if size == false then
        size, ends = find(map, messages[i], 2, inbox:length(i) - 2, reply, HEADER)
        if size and (ends == 0 or ends > now) and reply_in_parts(i, size) then
          -- It has been sent: it ends the run of those that have to be.
          send(inbox, first, i - first)
          first, hits = i + 1, hits + 1
          goto continue
        end
        size = nil
      end
    end
    if size then
      if ends ~= 0 and ends <= now then
        -- It has expired. The request has been overwritten, but what memcached would say is known.
        messages[i]:set(HEADER, "END\r\n")
        set_length(inbox, i, HEADER + 5)
      end
      hits = hits + 1
    else
      send(inbox, first, i - first)
      words:u8(16 + left, i - 1)
      first, left = i + 1, left + 1
    end
    ::continue::
  end
  send(inbox, first, n + 1 - first)
  return left
end

-- Sends so many replies of memcached's; then, unless memcached has something else to do first, answers requests until there are some that it can't
-- answer, and says how many.
sys.handler(function(ready, receives)
  send(outbox, 1, ready)
  if receives == 0 then
    return 0
  end
  for _ = 1, ROUNDS do
    local n = recvmmsg(socket, inbox, NOW)
    while not n do
      words:f64(8, hits)
      poll(readable)
      n = recvmmsg(socket, inbox, NOW)
      if not n and readable[2].revents ~= 0 then
        return 0
      end
    end
    local left = answer(n)
    if left > 0 then
      words:f64(8, hits)
      return left
    end
  end
  words:f64(8, hits)
  return 0
end)
return 1
