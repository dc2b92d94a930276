-- A Forth with definitions, conditionals, loops, variables and strings.
local function forth()
  local st, dict, out, vars = {}, {}, {}, {}
  local function pop() if #st == 0 then error("stack underflow", 0) end return table.remove(st) end
  local function push(v) st[#st + 1] = v end
  local function bin(f) return function() local b, a = pop(), pop() push(f(a, b)) end end
  local prim = { ["+"] = bin(function(a, b) return a + b end), ["-"] = bin(function(a, b) return a - b end),
    ["*"] = bin(function(a, b) return a * b end),
    ["/"] = bin(function(a, b)
    if b == 0 then error("division by zero", 0) end
    return math.floor(a / b)
  end), mod = bin(function(a, b) return a % b end), ["<"] = bin(function(a, b) return a < b and -1 or 0 end),
    [">"] = bin(function(a, b) return a > b and -1 or 0 end),
    ["="] = bin(function(a, b) return a == b and -1 or 0 end), ["and"] = bin(bit.band), ["or"] = bin(bit.bor),
    ["xor"] = bin(bit.bxor), invert = function() push(bit.bnot(pop())) end,
    dup = function() local a = pop() push(a) push(a) end, drop = pop,
    swap = function() local b, a = pop(), pop() push(b) push(a) end,
    over = function()
    local b, a = pop(), pop()
    push(a)
    push(b)
    push(a)
  end, rot = function()
    local c, b, a = pop(), pop(), pop()
    push(b)
    push(c)
    push(a)
  end, ["."] = function() out[#out + 1] = pop() .. " " end,
    [".s"] = function()
    out[#out + 1] = "<" .. #st .. "> " .. table.concat(st, " ") .. " "
  end, cr = function() out[#out + 1] = "\n" end, emit = function() out[#out + 1] = string.char(pop()) end,
    ["!"] = function() local n = pop() vars[n] = pop() end, ["@"] = function() push(vars[pop()] or 0) end,
    depth = function() push(#st) end, max = bin(math.max), min = bin(math.min),
    abs = function() push(math.abs(pop())) end, negate = function() push(-pop()) end }
  local loops = {}
  prim.i = function() push(loops[#loops]) end
  local function run(toks, from, to)
    local i = from
    local function find(...)
      local want, d = { ... }, 0
      for k = i + 1, to do
        local t = toks[k]
        if t == "if" or t == "begin" or t == "do" then d = d + 1 end
        for _, w in ipairs(want) do if t == w and d == 0 then return k end end
        if t == "then" or t == "until" or t == "loop" then d = d - 1 end
      end
      error("unbalanced " .. toks[i], 0)
    end
    while i <= to do
      local t = toks[i]
      if t == ":" then
        local name, e = toks[i + 1], i
        while toks[e] ~= ";" do e = e + 1 if e > to then error("unfinished definition", 0) end end
        local a, b = i + 2, e - 1
        dict[name] = function() return run(toks, a, b) end
        i = e
      elseif t == "if" then
        local els, thn = nil, nil
        local k = find("else", "then")
        if toks[k] == "else" then els = k local save = i i = k thn = find("then") i = save else thn = k end
        if pop() ~= 0 then run(toks, i + 1, (els or thn) - 1) elseif els then run(toks, els + 1, thn - 1) end
        i = thn
      elseif t == "begin" then
        local u = find("until")
        repeat run(toks, i + 1, u - 1) until pop() ~= 0
        i = u
      elseif t == "do" then
        local l = find("loop")
        local s, lim = pop(), pop()
        loops[#loops + 1] = s
        while loops[#loops] < lim do run(toks, i + 1, l - 1) loops[#loops] = loops[#loops] + 1 end
        loops[#loops] = nil
        i = l
      elseif t == "variable" then
        local n = toks[i + 1]
        dict[n] = function() push(n) end
        i = i + 1
      elseif t == '."' then
        local r = {}
        i = i + 1
        while toks[i] ~= '"' do r[#r + 1] = toks[i] i = i + 1 end
        out[#out + 1] = table.concat(r, " ")
      elseif dict[t] then
        dict[t]()
      elseif prim[t] then
        prim[t]()
      elseif tonumber(t) then
        push(tonumber(t))
      else error("unknown word " .. t, 0) end
      i = i + 1
    end
  end
  return function(src)
    out = {}
    local toks = {}
    for t in src:gmatch("%S+") do toks[#toks + 1] = t:lower() end
    local ok, e = pcall(run, toks, 1, #toks)
    if not ok then st = {} end
    return table.concat(out), ok and #st or e
  end
end
local f = forth()
for _, l in ipairs{ "1 2 + .", ": sq dup * ; 7 sq .", "10 0 do i . loop",
  ": fact 1 swap 1 + 1 do i * loop ; 5 fact . 10 fact .", ": abs2 dup 0 < if negate then ; -5 abs2 . 5 abs2 .",
  "3 begin dup . 1 - dup 0 = until drop", "variable x 42 x ! x @ .", ': hi ." Hello World " cr ; hi hi',
  "1 2 3 rot .s drop drop drop",
  ": sign dup 0 < if drop -1 else 0 > if 1 else 0 then then ; -9 sign . 0 sign . 4 sign .", "+", "1 0 /", "foo",
  "1 2 3", ".s", "drop drop drop drop",
  ": fizz 16 1 do i 15 mod 0 = if .\" FizzBuzz \" else i 3 mod 0 = if .\" Fizz \" else i . then then loop ; fizz",
  "72 emit 105 emit", "5 3 and . 5 3 or . 5 3 xor . 5 invert .",
  ": fib dup 2 < if else dup 1 - fib swap 2 - fib + then ; 15 fib .", ": bad", "1 if",
  "5 0 do 3 0 do i . loop cr loop", "depth ." } do print(l, f(l)) end
