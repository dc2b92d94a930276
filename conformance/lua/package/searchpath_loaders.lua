-- package.searchpath, package.loaders, changed paths, loadlib errors.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local function write(n, s) local f = assert(io.open(n, "w")) f:write(s) f:close() end
os.execute("mkdir -p a/b")
write("a/b/c.lua", "return 'abc'")
write("x.lua", "return 'x'")
write("x-v1.lua", "return 'x-v1'")
print(package.searchpath("a.b.c", "./?.lua"))
print(package.searchpath("a.b.c", "?.lua"))
print(package.searchpath("a-b-c", "./?.lua", "-"))
print(package.searchpath("a/b/c", "./?.lua"))
print(package.searchpath("a.b.c", "./?.lua", ".", "/"))
print(package.searchpath("a.b.c", "./?.lua", "", "/"))
print(package.searchpath("a+b+c", "./?.lua", "+", "/"))
print(package.searchpath("nope", "./?.lua;./?/init.lua;/no/?.x"))
print(package.searchpath("nope", ""))
print(package.searchpath("x", "./?.lua;./?.lua"))
print(package.searchpath("x", ";;./?.lua;;"))
print(package.searchpath("x", "x.lua"))
print(package.searchpath("a", "./?/?.lua;./?/b/c.lua"))
print(pcall(package.searchpath))
print(pcall(package.searchpath, "x"))
print(pcall(package.searchpath, {}, "x"))
package.path = "./?.lua"
package.cpath = ""
print(pcall(require, "zzz"))
package.path = ""
print(pcall(require, "x"))
package.path = nil
print(pcall(require, "x"))
package.path = 5
print(pcall(require, "x"))
package.path = "./?.lua"
package.cpath = nil
print(pcall(require, "zzz"))
package.cpath = ""
local old = package.loaders
package.loaders = { function(n) return "\n\tfirst loader says no to " .. n end,
  function(n)
  if n == "magic" then return function(...) return "magic " .. select("#", ...) .. ... end end
  return 5
end, function(n) return nil end }
print(require("magic"))
print(pcall(require, "nomagic"))
package.loaders = 5
print(pcall(require, "q"))
package.loaders = nil
print(pcall(require, "q"))
package.loaders = old
print(require("x"))
table.insert(package.loaders, 2, function(n)
  if n == "virtual" then return function(m) return { virtual = m } end end
end)
print(require("virtual").virtual)
for i = 1, 4 do print(i, type(old[i]), pcall(old[i], "zzz")) end
print(pcall(old[1]))
print(pcall(old[2], "x")== true)
print(package.loadlib("./no.so", "f"))
print(pcall(package.loadlib))
package.loaded.x = nil
print(pcall(setfenv(function() return require("x") end, { require = require })))
package.loaded = {}
print(pcall(require, "string"))
