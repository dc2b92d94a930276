-- An interpreter and a compiler to Lua for Brainfuck.
local hello = "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++."
local function interp(src, input)
  local jump, stack = {}, {}
  for i = 1, #src do
    local c = src:sub(i, i)
    if c == "[" then
      stack[#stack + 1] = i
    elseif c == "]" then
      local j = table.remove(stack) or error("unmatched ] at " .. i, 0)
      jump[i], jump[j] = j, i
    end
  end
  if #stack > 0 then error("unmatched [ at " .. stack[#stack], 0) end
  local mem, p, out, ip, inp, steps = {}, 1, {}, 1, 1, 0
  while ip <= #src do
    local c = src:sub(ip, ip)
    local v = mem[p] or 0
    steps = steps + 1
    if c == ">" then
      p = p + 1
    elseif c == "<" then
      p = p - 1
    elseif c == "+" then
      mem[p] = (v + 1) % 256
    elseif c == "-" then
      mem[p] = (v - 1) % 256
    elseif c == "." then
      out[#out + 1] = string.char(v)
    elseif c == "," then
      mem[p] = (input or ""):byte(inp) or 0
      inp = inp + 1
    elseif c == "[" and v == 0 then
      ip = jump[ip]
    elseif c == "]" and v ~= 0 then ip = jump[ip] end
    ip = ip + 1
  end
  return table.concat(out), steps
end
local function compile(src)
  local code, depth = { "local m, p, out, inp, ip = setmetatable({}, {__index = function() return 0 end}), 1, {}, ..., 1" }, 0
  for run in src:gmatch("[%+]+") do end
  local i = 1
  while i <= #src do
    local c = src:sub(i, i)
    local n = #src:match("^" .. (c:match("[%+%-<>]") and "%" .. c .. "+" or "."), i)
    if c == "+" or c == "-" then
      code[#code + 1] = ("m[p] = (m[p] %s %d) %% 256"):format(c, n)
    elseif c == ">" then
      code[#code + 1] = "p = p + " .. n
    elseif c == "<" then
      code[#code + 1] = "p = p - " .. n
    elseif c == "." then
      code[#code + 1] = "out[#out + 1] = string.char(m[p])"
    elseif c == "," then
      code[#code + 1] = "m[p] = inp:byte(ip) or 0 ip = ip + 1"
    elseif c == "[" then
      code[#code + 1] = "while m[p] ~= 0 do"
    elseif c == "]" then code[#code + 1] = "end" end
    i = i + n
  end
  code[#code + 1] = "return table.concat(out)"
  return assert(loadstring(table.concat(code, "\n"), "=bf"))
end
print(interp(hello))
print(compile(hello)(""))
for _, t in ipairs{ { ",[.,]", "echo" }, { ",>,[<+>-]<.", "\33\32" }, { "+++++[>+++++++++++++<-]>.", "" },
  { "++++++++++[>+++++++>++++++++++>+++>+<<<<-]>++.>+.+++++++..+++.>++.", "" },
  { ">++++++++[<++++++++>-]<+.+.+.", "" } } do
  print(interp(t[1], t[2]))
  print(compile(t[1])(t[2]))
end
print(pcall(interp, "[[]"))
print(pcall(interp, "]"))
print(pcall(compile, "["))
print((select(2, pcall(compile, "]"))))
