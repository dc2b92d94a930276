-- A log-structured copy: the input becomes a log of records, each with its length, its position in the input and a checksum, ready to
-- be replayed. Runs of zeros aren't written: a record says how long they are.
--   perilune --simulate-kernel kernel/examples/log_copy.lua @read:input @write:output.log
-- Returns bytes read, records and bytes written. Reading, checking and writing cross into the kernel once altogether.
local from, to = ...
local BLOCK = 16384
local HEADER = 16 -- length u32, checksum u32, position f64; bit 31 of the length marks zeros

local block, header = sys.buffer(BLOCK), sys.buffer(HEADER)
local pieces = { header, block }

-- Adler-32 over 32-bit words, which is enough to notice a torn write.
local function checksum(n)
  local a, b = 1, 0
  for i = 0, n - 4, 4 do
    a = (a + block:u32(i)) % 4294967291
    b = (b + a) % 4294967291
  end
  return bit.tobit(a) % 65536 + bit.tobit(b) % 65536 * 65536
end

local function is_zero(n)
  for i = 0, n - 1 do
    if block:u8(i) ~= 0 then
      return false
    end
  end
  return true
end

local position, records, written = 0, 0, 0
local function record(n, sum, data)
  header:u32(0, n)
  header:u32(4, sum)
  header:f64(8, position)
  pieces[2] = data
  local expected = HEADER + (data and #data or 0)
  local done, failure = sys.writev(to, pieces)
  if done ~= expected then
    error("the log is cut short: " .. (failure or done))
  end
  records = records + 1
  written = written + done
end

while true do
  local n, failure = sys.read(from, block)
  if not n then
    error("cannot read: " .. failure)
  elseif n == 0 then
    return position, records, written
  end
  if is_zero(n) then
    record(n + 2 ^ 31, 0, nil)
  else
    record(n, checksum(n), n == BLOCK and block or block:sub(0, n))
  end
  position = position + n
end
