-- __tostring, __metatable, __name, getmetatable and setmetatable errors.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local t = setmetatable({}, { __tostring = function(self) return "custom" end })
print(t, tostring(t), #tostring(t), ("%s"):format(t))
print(pcall(tostring, setmetatable({}, { __tostring = function() return 5 end })))
print(pcall(tostring, setmetatable({}, { __tostring = function() return nil end })))
print(pcall(tostring, setmetatable({}, { __tostring = function() return {} end })) )
print(pcall(print, setmetatable({}, { __tostring = function() return 5 end })))
print(pcall(print, setmetatable({}, { __tostring = function() return true end })))
print(pcall(print, setmetatable({}, { __tostring = function() end })))
print(pcall(tostring, setmetatable({}, { __tostring = function() error("in tostring") end })))
print(pcall(tostring, setmetatable({}, { __tostring = 5 })))
print(pcall(tostring, setmetatable({}, { __tostring = "x" })))
print((tostring(setmetatable({}, { __name = "MyType" })):gsub("0x%x+", "ADDR")))
print(pcall(tostring))
print(tostring(nil), tostring(true), tostring(1.5), tostring("s"))
print(pcall(string.format, "%s", setmetatable({}, { __tostring = function() return 5 end })))
print(pcall(string.format, "%s", setmetatable({}, { __tostring = function() return false end })))
print(pcall(setmetatable, setmetatable({}, { __metatable = "locked" }), {}))
print(getmetatable(setmetatable({}, { __metatable = "locked" })),
  getmetatable(setmetatable({}, { __metatable = false })), getmetatable("").__index == string, getmetatable({}),
  getmetatable(1), getmetatable(nil), getmetatable(print))
print(pcall(getmetatable))
print(pcall(setmetatable))
print(pcall(setmetatable, {}))
print(pcall(setmetatable, 1, {}))
print(pcall(setmetatable, nil, {}))
print(pcall(setmetatable, "s", {}))
print(pcall(setmetatable, {}, "x"))
print(pcall(setmetatable, setmetatable({}, { __metatable = false }), {}))
local m = {}
local o = setmetatable({}, m)
print(getmetatable(o) == m, setmetatable(o, nil) == o, getmetatable(o))
print(debug.getmetatable(setmetatable({}, { __metatable = 1 })).__metatable, debug.setmetatable(o, m) == o,
  debug.getmetatable(o) == m)
getmetatable("").__metatable = "strings"
print(getmetatable("abc"), debug.getmetatable("").__index == string)
getmetatable = getmetatable
debug.getmetatable("").__metatable = nil
print(pcall(debug.setmetatable, 1))
print(pcall(debug.setmetatable, 1, 2))
print(pcall(debug.setmetatable))
debug.setmetatable(1, { __tostring = function(n) return "num" .. ("%d"):format(n) end })
print(1, tostring(2), 3 .. "", ("%s"):format(4))
debug.setmetatable(1, nil)
debug.setmetatable(nil, { __tostring = function() return "NIL" end })
print(nil, tostring(nil))
debug.setmetatable(nil, nil)
debug.setmetatable(true, { __tostring = function(b) return b and "YES" or "NO" end })
print(true, false)
debug.setmetatable(true, nil)
debug.getmetatable("").__tostring = function(s) return "<" .. s .. ">" end
print("a", tostring("b"), ("%s"):format("c"))
debug.getmetatable("").__tostring = nil
local p = newproxy(true)
getmetatable(p).__tostring = function() return "proxy" end
print(p, tostring(p))
local e = setmetatable({}, { __tostring = function() return "errobj" end })
print(pcall(error, e))
print(select(2, pcall(error, e)) == e)
print(table.concat({ 1, "a" }), pcall(table.concat, { t }))
print(pcall(function() return "a" .. t end))
print(#tostring({}) > 7, tostring({}):match("^table: 0x%x+$") ~= nil,
  tostring(print):match("^function: builtin#%d+$") ~= nil,
  tostring(coroutine.create(print)):match("^thread: 0x%x+$") ~= nil,
  tostring(newproxy()):match("^userdata: 0x%x+$") ~= nil, tostring(io.stdout):match("^file %(0x%x+%)$") ~= nil,
  tostring(function() end):match("^function: 0x%x+$") ~= nil)
