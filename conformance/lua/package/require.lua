-- require: search, loading, caching, errors, preload, results.
local function write(n, s) local f = assert(io.open(n, "w")) f:write(s) f:close() end
package.path = "./?.lua;./?/init.lua"
package.cpath = "./?.so"
write("m1.lua", "print('loading', ...) return { name = ... }")
write("m2.lua", "print('loading m2') x_global = 5")
write("m3.lua", "return false")
write("m4.lua", "return nil")
write("m5.lua", "error('fails')")
write("m6.lua", "x = = 1")
write("m7.lua", "return 'string result', 'second'")
write("m8.lua", "package.loaded[...] = 'set inside'")
write("m9.lua", "return require('m9')")
os.execute("mkdir -p pk/sub")
write("pk/init.lua", "return 'pk init ' .. ...")
write("pk/mod.lua", "return 'pk mod ' .. ...")
write("pk/sub/deep.lua", "return { path = ... }")
write("m-dash.lua", "return 'dash'")
local m = require("m1")
print(m.name, require("m1") == m, package.loaded.m1 == m, select("#", require("m1")))
package.loaded.m1 = nil
print(require("m1") ~= m)
print(require("m2"), package.loaded.m2, x_global, require("m2"))
print(require("m3"), package.loaded.m3, require("m3"))
print(require("m4"), package.loaded.m4)
print(pcall(require, "m5"))
print(package.loaded.m5)
print(pcall(require, "m5"))
print(pcall(require, "m6"))
print(require("m7"))
print(require("m8"), package.loaded.m8)
print(pcall(require, "m9"))
print(require("pk"), require("pk.mod"), require("pk.sub.deep").path, require("m-dash"))
print(pcall(require, "no.such"))
print(pcall(require, ""))
print(pcall(require))
print(pcall(require, {}))
print(pcall(require, 5))
print(pcall(require, nil))
package.preload.pre = function(...) print("preload", ...) return "preloaded" end
print(require("pre"), package.loaded.pre, require("pre"))
package.preload.bad = function() error("preload error") end
print(pcall(require, "bad"))
package.preload.nofn = 5
print(pcall(require, "nofn"))
print(require("string") == string, require("_G") == _G, require("table") == table, require("package") == package,
  require("math") == math, require("io") == io, require("os") == os, require("debug") == debug,
  require("coroutine") == coroutine, require("bit") == bit, require("jit") == jit)
print(#package.loaders, package.searchers, type(package.seeall), type(package.loadlib), package.config)
local keys = {}
for k in pairs(package.loaded) do keys[#keys + 1] = k end
table.sort(keys)
print(table.concat(keys, " "))
keys = {}
for k in pairs(package) do keys[#keys + 1] = k end
table.sort(keys)
print(table.concat(keys, " "))
