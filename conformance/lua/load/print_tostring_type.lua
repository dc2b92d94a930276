-- print, tostring, type, rawequal and friends with odd arguments.
print()
print(nil)
print(1, nil, "x", true, 1.5)
print("a\tb", "a\nb", "a\0b")
print(type(nil), type(1), type("x"), type({}), type(print), type(true), type(coroutine.create(print)),
  type(newproxy()), type(io.stdout), type(1LL))
print(pcall(type))
local ot = tostring
tostring = function(v) return "<" .. ot(v) .. ">" end
print(1, "x", nil)
tostring = ot
for i, f in ipairs{ false, function() return 5 end, function() return nil end, function() error("in tostring") end,
  setmetatable({}, { __call = function(_, v) return "called" end }), "x" } do
  tostring = f or nil
  local ok, e = pcall(print, 1, i)
  tostring = ot
  print(i, ok, e)
end
print(pcall(print, setmetatable({}, { __tostring = function() return {} end })))
print(select("#", print()), _VERSION, _G._G == _G, gcinfo() > 0, type(collectgarbage("count")))
local names = {}
for k in pairs(_G) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
print(("x"):rep(300))
io.write(1, " ", 2.5, " ", -0, " ", 1e15, " ", 1e16, " ", 2^53, " ", 0.1, " ", "s", "\n")
for _, c in ipairs{ "tostring()", "tostring(nil, 1)", "rawequal()", "rawequal(1)", "rawget()", "rawget(1)",
  "rawget({})", "rawset()", "rawset({})", "rawset({}, 1)", "rawlen", "next()", "next(1)", "next({}, 1)", "type()",
  "getmetatable()", "setmetatable()", "setmetatable({})", "select()", "unpack()", "unpack(1)", "assert()", "error()",
  "pcall()", "xpcall()", "ipairs()", "pairs()", "print", "module()", "require()", "newproxy()", "tonumber()",
  "collectgarbage('x')", "collectgarbage({})", "getfenv('x')", "setfenv()", "_VERSION", "warn", "utf8",
  "rawequal(nil, nil)" } do
  local f = loadstring("return (function(a, ...) return (type(a) == 'function' or type(a) == 'userdata') and type(a) or a, ... end)(" .. c .. ")",
    "=c")
  print(c, pcall(f))
end
