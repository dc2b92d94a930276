-- A stack machine, its assembler and a small optimiser.
local function assemble(src)
  local code, labels, fix = {}, {}, {}
  local n = 0
  for line in src:gmatch("[^\n]+") do
    n = n + 1
    line = line:gsub(";.*", ""):match("^%s*(.-)%s*$")
    if line ~= "" then
      local l = line:match("^(%w+):$")
      if l then
        if labels[l] then error(("line %d: label %s again"):format(n, l), 0) end
        labels[l] = #code + 1
      else
        local op, arg = line:match("^(%w+)%s*(%S*)$")
        if not op then error(("line %d: syntax"):format(n), 0) end
        local ins = { op = op:upper(), arg = tonumber(arg) }
        if arg ~= "" and not ins.arg then fix[#fix + 1] = { ins, arg, n } end
        code[#code + 1] = ins
      end
    end
  end
  for _, f in ipairs(fix) do f[1].arg = labels[f[2]] or error(("line %d: no label %s"):format(f[3], f[2]), 0) end
  return code
end
local function run(code, trace)
  local st, mem, calls, pc, steps, out = {}, {}, {}, 1, 0, {}
  local function push(v) st[#st + 1] = v end
  local function pop()
    if #st == 0 then error("stack empty at " .. pc, 0) end
    local v = st[#st]
    st[#st] = nil
    return v
  end
  local ops
  ops = { PUSH = function(a) push(a) end, POP = function() pop() end,
    ADD = function() local b, a = pop(), pop() push(a + b) end,
    SUB = function() local b, a = pop(), pop() push(a - b) end,
    MUL = function() local b, a = pop(), pop() push(a * b) end,
    MOD = function() local b, a = pop(), pop() push(a % b) end, DUP = function() local a = pop() push(a) push(a) end,
    SWAP = function() local b, a = pop(), pop() push(b) push(a) end, LOAD = function(a) push(mem[a] or 0) end,
    STORE = function(a) mem[a] = pop() end, JMP = function(a) pc = a - 1 end,
    JZ = function(a) if pop() == 0 then pc = a - 1 end end, JNZ = function(a) if pop() ~= 0 then pc = a - 1 end end,
    LT = function() local b, a = pop(), pop() push(a < b and 1 or 0) end,
    EQ = function()
    local b, a = pop(), pop()
    push(a == b and 1 or 0)
  end, CALL = function(a) calls[#calls + 1] = pc pc = a - 1 end,
    RET = function()
    pc = table.remove(calls) or error("return without call", 0)
  end, PRINT = function() out[#out + 1] = tostring(pop()) end, HALT = function() pc = #code end }
  while pc <= #code do
    local ins = code[pc]
    steps = steps + 1
    if steps > 100000 then error("too many steps", 0) end
    local f = ops[ins.op] or error("unknown " .. ins.op, 0)
    f(ins.arg)
    pc = pc + 1
  end
  return table.concat(out, " "), steps, #st
end
for _, src in ipairs{ "push 2\npush 3\nadd\nprint", "push 10\nloop:\ndup\nprint\npush 1\nsub\ndup\njnz loop\npop",
  "push 5\ncall fact\nprint\nhalt\nfact:\ndup\njz one\ndup\npush 1\nsub\ncall fact\nmul\nret\none:\npop\npush 1\nret",
  "push 0\nstore 1\npush 1\nstore 2\npush 0\nstore 3\nnext:\nload 1\nprint\nload 1\nload 2\nadd\nload 2\nstore 1\nstore 2\nload 3\npush 1\nadd\ndup\nstore 3\npush 15\nlt\njnz next",
  "; comment only\n\n", "add", "jmp nowhere", "a:\na:", "x:\njmp x", "ret", "bogus 1", "push",
  "push 1\npush 2\npush 3", "1 + 2 extra" } do
  local ok, code = pcall(assemble, src)
  if ok then print(#code, pcall(run, code)) else print("asm", code) end
end
local function optimise(code)
  local out = {}
  for _, i in ipairs(code) do
    local a, b = out[#out - 1], out[#out]
    if (i.op == "ADD" or i.op == "MUL" or i.op == "SUB") and a and b and a.op == "PUSH" and b.op == "PUSH" then
      out[#out] = nil
      out[#out] = { op = "PUSH", arg = i.op == "ADD" and a.arg + b.arg or i.op == "MUL" and a.arg * b.arg or a.arg - b.arg }
    else out[#out + 1] = i end
  end
  return out
end
local c = assemble("push 2\npush 3\nadd\npush 4\nmul\npush 1\nsub\nprint")
local o = optimise(c)
print(#c, #o, run(c), run(o))
for _, i in ipairs(o) do io.write(i.op, " ", tostring(i.arg), "; ") end
print()
