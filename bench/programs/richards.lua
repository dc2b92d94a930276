-- Martin Richards's operating-system simulator: an idle task, a worker, two
-- handlers and two devices exchange packets under a priority scheduler.
-- Measures: method dispatch over several classes, linked lists, field updates.
-- small: 100
-- long: 1800000
local n = tonumber(arg and arg[1]) or 600000

local bxor_bit -- a 16-bit shift register step without a bit library
do
  local MASK = 0xD008
  -- Xor of v with the mask, computed from the mask's set bits.
  local bits = {}
  for k = 0, 15 do
    local p = 2 ^ k
    if math.floor(MASK / p) % 2 == 1 then bits[#bits + 1] = p end
  end
  function bxor_bit(v)
    for i = 1, #bits do
      local p = bits[i]
      if v % (2 * p) >= p then v = v - p else v = v + p end
    end
    return v
  end
end

local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6
local KIND_DEVICE, KIND_WORK = 0, 1
local DATA_SIZE = 4

local Packet = {}
Packet.__index = Packet

local function new_packet(link, id, kind)
  local data = {}
  for i = 1, DATA_SIZE do data[i] = 0 end
  return setmetatable({ link = link, id = id, kind = kind, datum = 0, data = data }, Packet)
end

-- Puts the packet at the end of a queue and returns the queue's head.
function Packet:append_to(queue)
  self.link = nil
  if not queue then return self end
  local last = queue
  while last.link do last = last.link end
  last.link = self
  return queue
end

-- A task control block. `packet`, `waiting` and `holding` are the state's three flags.
local Task = {}
Task.__index = Task

local scheduler = { list = nil, current = nil, table = {}, queued = 0, held = 0 }

local function new_task(id, priority, queue, work)
  local task = setmetatable({
    link = scheduler.list, id = id, priority = priority, queue = queue, work = work,
    packet = queue ~= nil, waiting = true, holding = false,
  }, Task)
  scheduler.list = task
  scheduler.table[id] = task
  return task
end

function Task:set_running()
  self.packet, self.waiting, self.holding = false, false, false
end

function Task:is_blocked()
  return self.holding or (not self.packet and self.waiting)
end

function Task:receive(packet, from)
  if self.queue then
    self.queue = packet:append_to(self.queue)
  else
    self.queue = packet
    self.packet = true
    if self.priority > from.priority then return self end
  end
  return from
end

function Task:run()
  local packet
  if self.packet and self.waiting and not self.holding then
    packet = self.queue
    self.queue = packet.link
    self.waiting = false
    self.packet = self.queue ~= nil
  end
  return self.work:run(packet)
end

function scheduler:schedule()
  self.current = self.list
  while self.current do
    if self.current:is_blocked() then
      self.current = self.current.link
    else
      self.current = self.current:run()
    end
  end
end

function scheduler:wait_current()
  self.current.waiting = true
  return self.current
end

function scheduler:hold_current()
  self.held = self.held + 1
  self.current.holding = true
  return self.current.link
end

function scheduler:release(id)
  local task = self.table[id]
  if not task then return nil end
  task.holding = false
  if task.priority > self.current.priority then return task end
  return self.current
end

function scheduler:queue_packet(packet)
  local task = self.table[packet.id]
  if not task then return nil end
  self.queued = self.queued + 1
  packet.link = nil
  packet.id = self.current.id
  return task:receive(packet, self.current)
end

local function class(run)
  local c = { run = run }
  c.__index = c
  return c
end

local Idle = class(function(self)
  self.count = self.count - 1
  if self.count == 0 then return scheduler:hold_current() end
  if self.seed % 2 == 0 then
    self.seed = self.seed / 2
    return scheduler:release(DEVICE_A)
  end
  self.seed = bxor_bit((self.seed - 1) / 2)
  return scheduler:release(DEVICE_B)
end)

local Worker = class(function(self, packet)
  if not packet then return scheduler:wait_current() end
  self.to = self.to == HANDLER_A and HANDLER_B or HANDLER_A
  packet.id = self.to
  packet.datum = 0
  for i = 1, DATA_SIZE do
    self.letter = self.letter % 26 + 1
    packet.data[i] = self.letter
  end
  return scheduler:queue_packet(packet)
end)

local Handler = class(function(self, packet)
  if packet then
    if packet.kind == KIND_WORK then
      self.work = packet:append_to(self.work)
    else
      self.devices = packet:append_to(self.devices)
    end
  end
  local work = self.work
  if work then
    local count = work.datum
    if count >= DATA_SIZE then
      self.work = work.link
      return scheduler:queue_packet(work)
    end
    local device = self.devices
    if device then
      self.devices = device.link
      device.datum = work.data[count + 1]
      work.datum = count + 1
      return scheduler:queue_packet(device)
    end
  end
  return scheduler:wait_current()
end)

local Device = class(function(self, packet)
  if packet then
    self.pending = packet
    return scheduler:hold_current()
  end
  local pending = self.pending
  if not pending then return scheduler:wait_current() end
  self.pending = nil
  return scheduler:queue_packet(pending)
end)

local function packets(count, id, kind)
  local queue
  for _ = 1, count do queue = new_packet(queue, id, kind) end
  return queue
end

new_task(IDLE, 0, nil, setmetatable({ seed = 1, count = n }, Idle)):set_running()
new_task(WORKER, 1000, packets(2, WORKER, KIND_WORK),
  setmetatable({ to = HANDLER_A, letter = 0 }, Worker))
new_task(HANDLER_A, 2000, packets(3, DEVICE_A, KIND_DEVICE), setmetatable({}, Handler))
new_task(HANDLER_B, 3000, packets(3, DEVICE_B, KIND_DEVICE), setmetatable({}, Handler))
new_task(DEVICE_A, 4000, nil, setmetatable({}, Device))
new_task(DEVICE_B, 5000, nil, setmetatable({}, Device))
scheduler:schedule()
print(string.format("queued %d, held %d", scheduler.queued, scheduler.held))
