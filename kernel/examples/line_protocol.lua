-- A server of lines for any number of connections, driven by poll: "add KEY N" adds and answers the sum, "get KEY" answers it, "quit" closes.
--   perilune --simulate-kernel kernel/examples/line_protocol.lua @listen:127.0.0.1:7778 100
-- Returns after so many lines (for ever without a number). Sums live in the script's state: they are there in the next run.
local listener, most = ...
most = tonumber(most) or math.huge

sums = sums or {}
local polled = { { fd = listener, events = sys.POLLIN } }
local pending = {} -- by descriptor: what came in and isn't a line yet
local lines = 0

local function answer(line)
  local key, n = line:match("^add (%S+) (%-?%d+)$")
  if key then
    sums[key] = (sums[key] or 0) + tonumber(n)
    return sums[key]
  end
  key = line:match("^get (%S+)$")
  return key and (sums[key] or 0) or "what?"
end

local function drop(i)
  local fd = polled[i].fd
  sys.close(fd)
  pending[fd] = nil
  table.remove(polled, i)
end

-- Reads what is there and answers each line of it with one write. False: the connection has ended.
local function serve(fd)
  local data, failure = sys.recvfrom(fd, 4096, sys.MSG_DONTWAIT)
  if not data then
    return failure == "EAGAIN"
  elseif data == "" then
    return false
  end
  local text, answers, quits = pending[fd] .. data, {}, false
  local rest = text:gsub("([^\n]*)\n", function(line)
    if line == "quit" then
      quits = true
    else
      answers[#answers + 1] = answer(line)
    end
    lines = lines + 1
    return ""
  end)
  pending[fd] = rest
  answers[#answers + 1] = ""
  sys.write(fd, table.concat(answers, "\n"))
  return not quits and #rest < 4096
end

while lines < most do
  local ready, failure = sys.poll(polled)
  if not ready then
    return lines, failure
  end
  for i = #polled, 2, -1 do
    if polled[i].revents ~= 0 and not serve(polled[i].fd) then
      drop(i)
    end
  end
  if polled[1].revents ~= 0 and #polled < 64 then
    local fd = sys.accept(listener, sys.SOCK_CLOEXEC)
    if fd then
      pending[fd] = ""
      polled[#polled + 1] = { fd = fd, events = sys.POLLIN }
    end
  end
end
for i = #polled, 2, -1 do
  drop(i)
end
return lines
