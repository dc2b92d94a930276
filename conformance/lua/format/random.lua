-- Random formats with random flags, widths, precisions and arguments.
local seed = 20260802
local function random(a, b)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return a + math.floor(seed / 65536) % 32768 % (b - a + 1)
end
local function show(...)
  local t = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    t[i] = type(v) == "string" and ("%q"):format(v):gsub("\\\n", "\\n") or tostring(v)
  end
  print(table.concat(t, " "))
end
local numbers = { 0, -0.0, 1, -1, 0.1, 1e15, 1e14, 123456.789, 2 ^ 53, -2 ^ 31, 1 / 3, 1e100, 1e-5, 1 / 0, -1 / 0, 255, -7.5, 2 ^ 63,
  99999999999999.5, 0.5, 2.5, 1e22, 123e-7, 2 ^ -30 }
local others = { nil, true, "str", "", "12", "0x10", false, 42, "a\0b", -3, 1e300 }
local letters = "diuoxXeEfFgGaAcsqdsgfyz%"
for i = 1, 1500 do
  local formats, args = {}, {}
  local n = random(1, 3)
  for k = 1, n do
    local t = { "%" }
    for _, flag in ipairs { "-", "+", "0", " ", "#" } do
      if random(1, 5) == 1 then t[#t + 1] = flag end
    end
    if random(1, 3) == 1 then t[#t + 1] = tostring(random(1, 30)) end
    if random(1, 3) == 1 then t[#t + 1] = "." .. (random(1, 4) > 1 and random(0, 20) or "") end
    local j = random(1, #letters)
    t[#t + 1] = letters:sub(j, j)
    formats[k] = table.concat(t)
    if random(1, 3) == 1 then args[k] = others[random(1, 11)] else args[k] = numbers[random(1, #numbers)] end
  end
  show(table.concat(formats, " "), pcall(string.format, table.concat(formats, " | "), unpack(args, 1, n)))
end
