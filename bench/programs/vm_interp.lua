-- An interpreter of a small stack machine, written as a chain of comparisons, and the
-- same machine with a table of functions; it runs a prime sieve and Fibonacci.
-- Measures: branchy code that no single hot path describes, dispatch by table.
-- small: 20
-- long: 60000
local n = tonumber(arg and arg[1]) or 20000

-- Assembles text: one instruction a word or two, labels end with a colon.
local with_operand = { push = true, load = true, store = true, jump = true, jz = true, call = true }
local function assemble(source)
  local code, labels, patches = {}, {}, {}
  local tokens = source:gmatch("%S+")
  for word in tokens do
    local label = word:match("^(.+):$")
    if label then
      labels[label] = #code + 1
    else
      code[#code + 1] = word
      if with_operand[word] then
        local operand = tokens()
        code[#code + 1] = tonumber(operand) or operand
        if type(code[#code]) == "string" then patches[#code] = operand end
      end
    end
  end
  for at, label in pairs(patches) do
    code[at] = assert(labels[label], label)
  end
  return code
end

-- Memory 0..99 are variables, the sieve lies from 100 on.
local sieve = assemble [[
    push 2 store 0
  fill:
    load 0 push 0 peekn jz filled
    push 1 load 0 push 100 add poke
    load 0 push 1 add store 0
    jump fill
  filled:
    push 0 store 2
    push 2 store 0
  outer:
    load 0 push 0 peekn jz done
    load 0 push 100 add peek jz next
    load 2 push 1 add store 2
    load 0 load 0 add store 1
  inner:
    load 1 push 0 peekn jz next
    push 0 load 1 push 100 add poke
    load 1 load 0 add store 1
    jump inner
  next:
    load 0 push 1 add store 0
    jump outer
  done:
    load 2 halt
]]

local fibonacci = assemble [[
    load 50 call fib halt
  fib:
    dup push 2 lt jz recurse
    ret
  recurse:
    dup push 1 sub call fib
    swap push 2 sub call fib
    add ret
]]

-- `peekn` tells whether its operand is still below the limit given to the program.
local function run_chain(code, limit, memory)
  local stack, sp, calls, cp, pc, steps = {}, 0, {}, 0, 1, 0
  while true do
    local op = code[pc]
    pc = pc + 1
    steps = steps + 1
    if op == "push" then
      sp = sp + 1
      stack[sp] = code[pc]
      pc = pc + 1
    elseif op == "load" then
      sp = sp + 1
      stack[sp] = memory[code[pc]]
      pc = pc + 1
    elseif op == "store" then
      memory[code[pc]] = stack[sp]
      sp = sp - 1
      pc = pc + 1
    elseif op == "add" then
      sp = sp - 1
      stack[sp] = stack[sp] + stack[sp + 1]
    elseif op == "sub" then
      sp = sp - 1
      stack[sp] = stack[sp] - stack[sp + 1]
    elseif op == "lt" then
      sp = sp - 1
      stack[sp] = stack[sp] < stack[sp + 1] and 1 or 0
    elseif op == "peek" then
      stack[sp] = memory[stack[sp]]
    elseif op == "peekn" then
      sp = sp - 1
      stack[sp] = stack[sp] < limit and 1 or 0
    elseif op == "poke" then
      memory[stack[sp]] = stack[sp - 1]
      sp = sp - 2
    elseif op == "jump" then
      pc = code[pc]
    elseif op == "jz" then
      if stack[sp] == 0 then pc = code[pc] else pc = pc + 1 end
      sp = sp - 1
    elseif op == "dup" then
      sp = sp + 1
      stack[sp] = stack[sp - 1]
    elseif op == "swap" then
      stack[sp], stack[sp - 1] = stack[sp - 1], stack[sp]
    elseif op == "call" then
      cp = cp + 1
      calls[cp] = pc + 1
      pc = code[pc]
    elseif op == "ret" then
      pc = calls[cp]
      cp = cp - 1
    elseif op == "halt" then
      return stack[sp], steps
    else
      error("bad instruction " .. tostring(op))
    end
  end
end

local handlers = {
  push = function(m) m.sp = m.sp + 1 m.stack[m.sp] = m.code[m.pc] m.pc = m.pc + 1 end,
  load = function(m) m.sp = m.sp + 1 m.stack[m.sp] = m.memory[m.code[m.pc]] m.pc = m.pc + 1 end,
  store = function(m) m.memory[m.code[m.pc]] = m.stack[m.sp] m.sp = m.sp - 1 m.pc = m.pc + 1 end,
  add = function(m) local s, p = m.stack, m.sp - 1 m.sp = p s[p] = s[p] + s[p + 1] end,
  sub = function(m) local s, p = m.stack, m.sp - 1 m.sp = p s[p] = s[p] - s[p + 1] end,
  lt = function(m) local s, p = m.stack, m.sp - 1 m.sp = p s[p] = s[p] < s[p + 1] and 1 or 0 end,
  peek = function(m) m.stack[m.sp] = m.memory[m.stack[m.sp]] end,
  peekn = function(m)
    m.sp = m.sp - 1
    m.stack[m.sp] = m.stack[m.sp] < m.limit and 1 or 0
  end,
  poke = function(m) m.memory[m.stack[m.sp]] = m.stack[m.sp - 1] m.sp = m.sp - 2 end,
  jump = function(m) m.pc = m.code[m.pc] end,
  jz = function(m)
    if m.stack[m.sp] == 0 then m.pc = m.code[m.pc] else m.pc = m.pc + 1 end
    m.sp = m.sp - 1
  end,
  dup = function(m) m.sp = m.sp + 1 m.stack[m.sp] = m.stack[m.sp - 1] end,
  swap = function(m) local s, p = m.stack, m.sp s[p], s[p - 1] = s[p - 1], s[p] end,
  call = function(m) m.calls[#m.calls + 1] = m.pc + 1 m.pc = m.code[m.pc] end,
  ret = function(m) m.pc = table.remove(m.calls) end,
  halt = function(m) m.running = false end,
}

local function run_table(code, limit, memory)
  local m = { code = code, limit = limit, memory = memory, stack = {}, sp = 0, calls = {}, pc = 1, running = true }
  local steps = 0
  while m.running do
    local op = code[m.pc]
    m.pc = m.pc + 1
    steps = steps + 1
    handlers[op](m)
  end
  return m.stack[m.sp], steps
end

local total = 0
for round = 1, 10 do
  for _, run in ipairs { run_chain, run_table } do
    local primes, steps = run(sieve, n, {})
    total = total + steps
    local fib, more = run(fibonacci, n, { [50] = 14 })
    total = total + more
    if round == 1 then print(primes, fib, steps, more) end
  end
end
print(total)
