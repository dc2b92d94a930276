-- A recursive descent parser and evaluator for arithmetic with variables and functions.
local function tokenize(s)
  local toks, i = {}, 1
  while true do
    i = s:find("%S", i)
    if not i then break end
    local n = s:match("^%d+%.?%d*", i)
    local id = s:match("^%a%w*", i)
    if n then
      toks[#toks + 1] = { "num", tonumber(n) }
      i = i + #n
    elseif id then
      toks[#toks + 1] = { "id", id }
      i = i + #id
    else
      local op = s:match("^[<>=!]=", i) or s:sub(i, i)
      if not ("+-*/^%(),<>==!==?:="):find(op, 1, true) then error("bad character '" .. op .. "' at " .. i, 0) end
      toks[#toks + 1] = { op }
      i = i + #op
    end
  end
  toks[#toks + 1] = { "end" }
  return toks
end
local prec = { ["?"] = 1, ["<"] = 3, [">"] = 3, ["<="] = 3, [">="] = 3, ["=="] = 3, ["!="] = 3, ["+"] = 4, ["-"] = 4,
  ["*"] = 5, ["/"] = 5, ["%"] = 5, ["^"] = 7 }
local function parse(s)
  local toks, p = tokenize(s), 1
  local function peek() return toks[p][1] end
  local function take(t)
    if t and peek() ~= t then error(("'%s' expected, got '%s'"):format(t, peek()), 0) end
    p = p + 1
    return toks[p - 1]
  end
  local expr
  local function primary()
    local t = take()
    if t[1] == "num" then
      return { "num", t[2] }
    elseif t[1] == "id" then
      if peek() == "(" then
        take()
        local args = {}
        if peek() ~= ")" then repeat args[#args + 1] = expr(0) until peek() ~= "," or not take() end
        take(")")
        return { "call", t[2], args }
      elseif peek() == "=" then take() return { "set", t[2], expr(0) } end
      return { "var", t[2] }
    elseif t[1] == "(" then
      local e = expr(0)
      take(")")
      return e
    elseif t[1] == "-" then return { "neg", expr(6) } end
    error("unexpected '" .. t[1] .. "'", 0)
  end
  function expr(min)
    local l = primary()
    while true do
      local op = peek()
      local q = prec[op]
      if not q or q < min then return l end
      take()
      if op == "?" then
        local a = expr(0)
        take(":")
        l = { "?", l, a, expr(1) }
      else l = { op, l, expr(op == "^" and q or q + 1) } end
    end
  end
  local e = expr(0)
  take("end")
  return e
end
local env = { pi = 3.14159, x = 3 }
local fns = { sqrt = math.sqrt, max = math.max, min = math.min, abs = math.abs,
  sum = function(...)
  local s = 0
  for _, v in ipairs{ ... } do s = s + v end
  return s
end }
local bin = { ["+"] = function(a, b) return a + b end, ["-"] = function(a, b) return a - b end,
  ["*"] = function(a, b) return a * b end,
  ["/"] = function(a, b)
  if b == 0 then error("division by zero", 0) end
  return a / b
end, ["%"] = function(a, b) return a % b end, ["^"] = function(a, b) return a ^ b end,
  ["<"] = function(a, b) return a < b and 1 or 0 end, [">"] = function(a, b) return a > b and 1 or 0 end,
  ["<="] = function(a, b) return a <= b and 1 or 0 end, [">="] = function(a, b) return a >= b and 1 or 0 end,
  ["=="] = function(a, b) return a == b and 1 or 0 end, ["!="] = function(a, b) return a ~= b and 1 or 0 end }
local function eval(e)
  local k = e[1]
  if k == "num" then
    return e[2]
  elseif k == "var" then
    return env[e[2]] or error("undefined variable " .. e[2], 0)
  elseif k == "set" then
    env[e[2]] = eval(e[3])
    return env[e[2]]
  elseif k == "neg" then
    return -eval(e[2])
  elseif k == "call" then
    local a = {}
    for i, v in ipairs(e[3]) do a[i] = eval(v) end
    local f = fns[e[2]] or error("undefined function " .. e[2], 0)
    return f(unpack(a))
  elseif k == "?" then
    if eval(e[2]) ~= 0 then return eval(e[3]) end
    return eval(e[4])
  end
  return bin[k](eval(e[2]), eval(e[3]))
end
local function show(e)
  local k = e[1]
  if k == "num" then
    return tostring(e[2])
  elseif k == "var" then
    return e[2]
  elseif k == "set" then
    return "(" .. e[2] .. " = " .. show(e[3]) .. ")"
  elseif k == "neg" then
    return "-" .. show(e[2])
  elseif k == "call" then
    local a = {}
    for i, v in ipairs(e[3]) do a[i] = show(v) end
    return e[2] .. "(" .. table.concat(a, ", ") .. ")"
  elseif k == "?" then
    return "(" .. show(e[2]) .. " ? " .. show(e[3]) .. " : " .. show(e[4]) .. ")"
  end
  return "(" .. show(e[2]) .. " " .. k .. " " .. show(e[3]) .. ")"
end
for _, s in ipairs{ "1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-2 ^ 2", "10 - 4 - 3", "2 * -3", "x * x + 1",
  "y = x + 4", "y * 2", "sqrt(16) + max(1, 5, 3)", "sum()", "sum(1, 2, 3, 4)", "1 < 2 ? 10 : 20",
  "x > 5 ? 1 : x > 2 ? 2 : 3", "7 % 4 + 0.5", "1 / 0", "(1", "1 +", ")", "1 2", "foo(1)", "zzz", "3 $ 4", "max(1,",
  "a = b = 3", "a * b", "1 <= 1 == 1", "((((5))))", "pi * 2", "" } do
  local ok, e = pcall(parse, s)
  if ok then print(s, show(e), pcall(eval, e)) else print(s, "parse error", e) end
end
