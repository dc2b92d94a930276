-- a JSON codec, a tokenizer + Pratt parser + evaluator, and class hierarchy, as people write them
local json = {}
local esc = {['"'] = '\\"', ['\\'] = '\\\\', ['\b'] = '\\b', ['\f'] = '\\f', ['\n'] = '\\n', ['\r'] = '\\r', ['\t'] = '\\t'}
local function encode(v, out, ind, lvl)
  local t = type(v)
  if t == "string" then out[#out + 1] = '"' .. v:gsub('[%c"\\]', function(c) return esc[c] or ("\\u%04x"):format(c:byte()) end) .. '"'
  elseif t == "number" then out[#out + 1] = v == math.floor(v) and ("%d"):format(v) or ("%.14g"):format(v)
  elseif t == "boolean" or t == "nil" then out[#out + 1] = tostring(v)
  elseif t == "table" then
    if #v > 0 or next(v) == nil then out[#out + 1] = "[" for i, x in ipairs(v) do if i > 1 then out[#out + 1] = "," end encode(x, out, ind, lvl + 1) end out[#out + 1] = "]"
    else local ks = {} for k in pairs(v) do ks[#ks + 1] = tostring(k) end table.sort(ks) out[#out + 1] = "{" for i, k in ipairs(ks) do if i > 1 then out[#out + 1] = "," end encode(k, out, ind, lvl + 1) out[#out + 1] = ":" encode(v[k], out, ind, lvl + 1) end out[#out + 1] = "}" end
  else error("cannot encode " .. t, 2) end
  return out
end
function json.encode(v) return table.concat(encode(v, {}, nil, 0)) end
function json.decode(s)
  local i = 1
  local function ws() i = s:match("^%s*()", i) end
  local function fail(m) local line = select(2, s:sub(1, i):gsub("\n", "\n")) + 1 error(("%s at line %d col %d"):format(m, line, i), 0) end
  local value
  local function str() local buf = {} i = i + 1 while true do local a, b = s:match('^([^"\\]*)()', i) buf[#buf + 1] = a i = b local c = s:sub(i, i) if c == '"' then i = i + 1 return table.concat(buf) elseif c == "\\" then local e = s:sub(i + 1, i + 1) if e == "u" then local h = s:match("^%x%x%x%x", i + 2) or fail("bad \\u") local n = tonumber(h, 16) buf[#buf + 1] = n < 128 and string.char(n) or string.char(192 + math.floor(n / 64), 128 + n % 64) i = i + 6 else buf[#buf + 1] = ({b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"})[e] or e i = i + 2 end else fail("unterminated string") end end end
  function value() ws() local c = s:sub(i, i)
    if c == "{" then local r = {} i = i + 1 ws() if s:sub(i, i) == "}" then i = i + 1 return r end while true do ws() if s:sub(i, i) ~= '"' then fail("expected key") end local k = str() ws() if s:sub(i, i) ~= ":" then fail("expected ':'") end i = i + 1 r[k] = value() ws() local d = s:sub(i, i) i = i + 1 if d == "}" then return r elseif d ~= "," then i = i - 1 fail("expected ',' or '}'") end end
    elseif c == "[" then local r = {} i = i + 1 ws() if s:sub(i, i) == "]" then i = i + 1 return r end while true do r[#r + 1] = value() ws() local d = s:sub(i, i) i = i + 1 if d == "]" then return r elseif d ~= "," then i = i - 1 fail("expected ',' or ']'") end end
    elseif c == '"' then return str() elseif s:find("^true", i) then i = i + 4 return true elseif s:find("^false", i) then i = i + 5 return false elseif s:find("^null", i) then i = i + 4 return nil
    else local n, e = s:match("^(-?%d+%.?%d*[eE]?[+-]?%d*)()", i) if not n then fail("unexpected '" .. c .. "'") end i = e return tonumber(n) end end
  local r = value() ws() if i <= #s then fail("trailing garbage") end return r
end
local doc = {name = "x\n\"y\"\1", list = {1, 2.5, -3e10, true, false, {}}, nested = {a = {b = {c = {1, {2}}}}}, u = "é"}
local e = json.encode(doc) print(e) print(json.encode(json.decode(e)) == e) for _, s in ipairs{'{"a":1,}', '[1,2', '"abc', '{"a" 1}', 'nul', '[1]x', '{"\\u0041\\u00e9":[1e3,-0.5]}', '', '\n\n[1,\n 2,\n }'} do local ok, r = pcall(json.decode, s) print(ok, ok and json.encode(r) or r) end print(pcall(json.encode, {f = print})) print(pcall(json.encode, print))
local big = {} for i = 1, 200 do big[i] = {id = i, tags = {"a" .. i, "b"}, v = i / 8} end local s = json.encode(big) for r = 1, 5 do s = json.encode(json.decode(s)) end print(#s, s:sub(-60))
-- Pratt parser
local function parse(src) local toks, p = {}, 1 for ws, num, id, op in src:gmatch("(%s*)([%d%.]*)([%a_]*)([%+%-%*/%^%%()<>=,!]?=?)") do if num ~= "" then toks[#toks + 1] = {"num", tonumber(num)} end if id ~= "" then toks[#toks + 1] = {"id", id} end if op ~= "" then toks[#toks + 1] = {op, op} end end toks[#toks + 1] = {"eof"}
  local bp = {["=="] = 1, ["<"] = 2, [">"] = 2, ["+"] = 3, ["-"] = 3, ["*"] = 4, ["/"] = 4, ["%"] = 4, ["^"] = 6} local expr
  local function prim() local t = toks[p] p = p + 1 if t[1] == "num" then return t[2] elseif t[1] == "id" then if toks[p][1] == "(" then p = p + 1 local args = {} while toks[p][1] ~= ")" do args[#args + 1] = expr(0) if toks[p][1] == "," then p = p + 1 end end p = p + 1 return {"call", t[2], args} end return {"var", t[2]} elseif t[1] == "(" then local e = expr(0) assert(toks[p][1] == ")", "expected )") p = p + 1 return e elseif t[1] == "-" then return {"neg", expr(5)} else error("unexpected " .. t[1]) end end
  function expr(min) local l = prim() while true do local op = toks[p][1] local b = bp[op] if not b or b <= min then return l end p = p + 1 l = {op, l, expr(op == "^" and b - 1 or b)} end end
  local e = expr(0) assert(toks[p][1] == "eof", "garbage") return e end
local ops = {["+"] = function(a, b) return a + b end, ["-"] = function(a, b) return a - b end, ["*"] = function(a, b) return a * b end, ["/"] = function(a, b) return a / b end, ["%"] = function(a, b) return a % b end, ["^"] = function(a, b) return a ^ b end, ["<"] = function(a, b) return a < b and 1 or 0 end, [">"] = function(a, b) return a > b and 1 or 0 end, ["=="] = function(a, b) return a == b and 1 or 0 end}
local function eval(n, env) if type(n) == "number" then return n end local k = n[1] if k == "var" then return env[n[2]] or error("undefined " .. n[2], 0) elseif k == "neg" then return -eval(n[2], env) elseif k == "call" then local a = {} for i, x in ipairs(n[3]) do a[i] = eval(x, env) end return (math[n[2]] or error("no function " .. n[2], 0))(unpack(a)) else return ops[k](eval(n[2], env), eval(n[3], env)) end end
for _, s in ipairs{"1+2*3", "(1+2)*3", "2^3^2", "-2^2", "10-4-3", "x*y+z", "max(1, 2, sqrt(16))", "1 < 2 == 1", "2*-3", "w", "foo(1)", "(1", "1 2", "7 % 4 * 2", "floor(7.9)+ceil(0.1)"} do local ok, r = pcall(function() return eval(parse(s), {x = 2, y = 3, z = 4}) end) print(s, ok, r) end
local ast = parse("x*x + 3*x - floor(x/2) % 7 + max(x, 10)") local acc = 0 for i = 1, 2000 do acc = acc + eval(ast, {x = i}) end print(acc)
-- classes with super, mixins, tostring, varargs constructors
local function class(parent) local c = {} c.__index = c c.__tostring = parent and parent.__tostring return setmetatable(c, {__index = parent, __call = function(cls, ...) local o = setmetatable({}, cls) if cls.init then cls.init(o, ...) end return o end}) end
local Animal = class() function Animal:init(n, ...) self.name = n self.extra = select("#", ...) end function Animal:speak() return self.name .. " " .. self:sound() end function Animal:sound() return "?" end Animal.__tostring = function(a) return "<" .. a.name .. ">" end local Dog = class(Animal) function Dog:init(n, ...) Animal.init(self, n:upper(), ...) end function Dog:sound() return "woof" end local Puppy = class(Dog) function Puppy:sound() return "yip(" .. Dog.sound(self) .. ")" end local d, p, a = Dog("rex", 1, nil), Puppy("bit", nil, nil, nil), Animal("it") print(d:speak(), p:speak(), a:speak(), tostring(d), tostring(p), d.extra, p.extra, getmetatable(p) == Puppy, pcall(function() return p:fly() end)) local n = 0 for i = 1, 1000 do n = n + #((i % 3 == 0 and d or i % 3 == 1 and p or a):speak()) end print(n)
