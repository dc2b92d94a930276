-- mode: 52compat
-- Library differences under 52COMPAT.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local names = {}
for _, l in ipairs{ "_G", "string", "table", "math", "package", "coroutine", "debug", "io", "os" } do
  local r = {}
  for k in pairs(_G[l] or package) do if type(k) == "string" then r[#r + 1] = k end end
  table.sort(r)
  print(l, table.concat(r, " "))
end
print(_VERSION, loadstring, unpack, module, setfenv, table.getn, math.log10, newproxy, math.pow, gcinfo)
print(pcall(os.execute))
print(os.execute("exit 3"))
print(os.execute("true"))
print(os.execute("kill -9 $$"))
print(io.popen("exit 5"):close())
print(io.popen("true"):close())
print(pcall(load, "return 1", "n", "t", {}))
print(load("return _ENV", "n", "t", { _ENV = 5 })())
print(string.format("%q", "a\0b\n"), ("x"):rep(3, ","))
print(math.log(8, 2), xpcall(function(...) return ... end, print, 1, 2))
print(pcall(table.unpack), pcall(table.pack))
print(("%s"):format(setmetatable({}, { __tostring = function() return "ts" end })),
  pcall(tostring, setmetatable({}, { __tostring = function() return 1 end })))
print(collectgarbage("isrunning"), collectgarbage("step") ~= nil)
print(pcall(setmetatable, {}, { __metatable = 1 }))
print(package.searchpath("zz", "./?.q"))
print(getmetatable("").__name, tostring(setmetatable({}, { __name = "N" })):match("^%a+"))
local r = {}
for w in io.lines(arg[0]) do r[#r + 1] = #w end
print(#r > 3)
print(pcall(io.lines, "nofile"))
print(debug.getuservalue, debug.setuservalue and 1)
