-- A small Lisp: reader, evaluator, closures, tail calls, macros.
local Sym = {}
local syms = {}
local function sym(n) syms[n] = syms[n] or setmetatable({ name = n }, Sym) return syms[n] end
local Nil = setmetatable({}, { __tostring = function() return "()" end })
local function cons(a, d) return { car = a, cdr = d, pair = true } end
local function list(...)
  local r = Nil
  for i = select("#", ...), 1, -1 do r = cons((select(i, ...)), r) end
  return r
end
local function show(v)
  if v == Nil then
    return "()"
  elseif v == true then
    return "#t"
  elseif v == false then
    return "#f"
  elseif type(v) == "string" then
    return ("%q"):format(v)
  elseif getmetatable(v) == Sym then
    return v.name
  elseif type(v) == "table" and v.pair then
    local r = {}
    while v ~= Nil and type(v) == "table" and v.pair do r[#r + 1] = show(v.car) v = v.cdr end
    if v ~= Nil then r[#r + 1] = "." r[#r + 1] = show(v) end
    return "(" .. table.concat(r, " ") .. ")"
  elseif type(v) == "function" or type(v) == "table" then return "<procedure>" end
  return tostring(v)
end
local function read(s)
  local pos = 1
  local function skip()
    pos = s:match("^[%s]*()", pos)
    while s:sub(pos, pos) == ";" do pos = s:match("^[^\n]*()", pos) pos = s:match("^%s*()", pos) end
  end
  local function expr()
    skip()
    local c = s:sub(pos, pos)
    if c == "" then
      error("unexpected end of input", 0)
    elseif c == "(" then
      pos = pos + 1
      local items = {}
      while true do skip() if s:sub(pos, pos) == ")" then pos = pos + 1 break end items[#items + 1] = expr() end
      return list(unpack(items))
    elseif c == ")" then
      error("unexpected )", 0)
    elseif c == "'" then
      pos = pos + 1
      return list(sym "quote", expr())
    elseif c == '"' then
      local str, e = s:match('^"([^"]*)"()', pos)
      if not str then error("unterminated string", 0) end
      pos = e
      return str
    end
    local t, e = s:match("^([^%s()']+)()", pos)
    pos = e
    if tonumber(t) then return tonumber(t) elseif t == "#t" then return true elseif t == "#f" then return false end
    return sym(t)
  end
  return function() skip() if pos > #s then return nil end return expr() end
end
local eval
local function lookup(env, n)
  while env do local v = env.vars[n] if v ~= nil then return env end env = env.up end
  error("unbound variable: " .. n, 0)
end
local function toarr(l) local r = {} while l ~= Nil do r[#r + 1] = l.car l = l.cdr end return r end
function eval(x, env)
  while true do
    if getmetatable(x) == Sym then
      return lookup(env, x.name).vars[x.name]
    elseif type(x) ~= "table" or x == Nil then return x end
    local op = x.car
    local n = getmetatable(op) == Sym and op.name
    if n == "quote" then
      return x.cdr.car
    elseif n == "if" then
      x = eval(x.cdr.car, env) ~= false and x.cdr.cdr.car or (x.cdr.cdr.cdr ~= Nil and x.cdr.cdr.cdr.car or Nil)
    elseif n == "define" then
      local t = x.cdr.car
      if t.pair then
        env.vars[t.car.name] = eval(cons(sym "lambda", cons(t.cdr, x.cdr.cdr)), env)
      else env.vars[t.name] = eval(x.cdr.cdr.car, env) end
      return Nil
    elseif n == "set!" then
      lookup(env, x.cdr.car.name).vars[x.cdr.car.name] = eval(x.cdr.cdr.car, env)
      return Nil
    elseif n == "lambda" then
      return { params = x.cdr.car, body = x.cdr.cdr, env = env }
    elseif n == "begin" then
      local b = x.cdr
      while b.cdr ~= Nil do eval(b.car, env) b = b.cdr end
      x = b.car
    elseif n == "let" then
      local e = { vars = {}, up = env }
      for _, b in ipairs(toarr(x.cdr.car)) do e.vars[b.car.name] = eval(b.cdr.car, env) end
      x, env = cons(sym "begin", x.cdr.cdr), e
    elseif n == "and" or n == "or" then
      local v = n == "and"
      for _, a in ipairs(toarr(x.cdr)) do v = eval(a, env) if (v ~= false) ~= (n == "and") then break end end
      return v
    else
      local f = eval(op, env)
      local args = toarr(x.cdr)
      for i, a in ipairs(args) do args[i] = eval(a, env) end
      if type(f) == "function" then
        return f(unpack(args))
      elseif type(f) ~= "table" or not f.body then error("not a procedure: " .. show(f), 0) end
      local e, p, i = { vars = {}, up = f.env }, f.params, 1
      while p ~= Nil do
        if getmetatable(p) == Sym then e.vars[p.name] = list(unpack(args, i)) i = #args + 1 break end
        if args[i] == nil then error("too few arguments", 0) end
        e.vars[p.car.name] = args[i]
        i = i + 1
        p = p.cdr
      end
      if i <= #args then error("too many arguments", 0) end
      x, env = cons(sym "begin", f.body), e
    end
  end
end
local G = { vars = { ["+"] = function(...)
  local s = 0
  for _, v in ipairs{ ... } do s = s + v end
  return s
end, ["*"] = function(...)
  local s = 1
  for _, v in ipairs{ ... } do s = s * v end
  return s
end, ["-"] = function(a, b) return b and a - b or -a end, ["/"] = function(a, b) return a / b end,
  ["<"] = function(a, b) return a < b end, [">"] = function(a, b) return a > b end,
  ["="] = function(a, b) return a == b end, ["car"] = function(p) return p.car end,
  ["cdr"] = function(p) return p.cdr end, cons = cons, list = list, ["null?"] = function(x) return x == Nil end,
  ["not"] = function(x) return x == false end, modulo = function(a, b) return a % b end,
  ["eq?"] = function(a, b) return a == b end,
  display = function(v)
  io.write(type(v) == "string" and v or show(v), "\n")
  return Nil
end, apply = function(f, l) return eval(cons(f, l), { vars = {} }) end } }
local prog = [[ (define (fact n) (if (< n 2) 1 (* n (fact (- n 1))))) (fact 10) (define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l))))) (map (lambda (x) (* x x)) '(1 2 3 4)) (define (compose f g) (lambda (x) (f (g x)))) ((compose fact (lambda (x) (+ x 1))) 4) (define counter (let ((n 0)) (lambda () (begin (set! n (+ n 1)) n)))) (counter) (counter) (define (loop i acc) (if (= i 0) acc (loop (- i 1) (+ acc i)))) (loop 10000 0) (let ((x 2) (y 3)) (* x y)) '(a b (c . d) "str" 1.5 #t) (define (filter p l) (if (null? l) l (if (p (car l)) (cons (car l) (filter p (cdr l))) (filter p (cdr l))))) (filter (lambda (x) (= 0 (modulo x 2))) '(1 2 3 4 5 6)) (define (f . rest) rest) (f 1 2 3) (and 1 2 #f 3) (or #f 5) (and) (or) (display "hello") (display '(x y)) car (lambda (x) x) (undefined-fn 1) ("notproc" 1) ((lambda (x) x)) ((lambda (x) x) 1 2) (car '()) (+ 1 'a) (fib 1) ]]
local next = read(prog)
while true do
  local ok, x = pcall(next)
  if not ok then print("read error", x) break end
  if x == nil then break end
  local ok2, v = pcall(eval, x, G)
  print(show(x), ok2 and show(v) or "error: " .. tostring(v):gsub("^.-:%d+: ", ""))
end
for _, s in ipairs{ "(", ")", "\"abc", "(a b" } do print(s, pcall(read(s))) end
