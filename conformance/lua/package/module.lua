-- module and package.seeall.
local G = _G
local function write(n, s) local f = assert(io.open(n, "w")) f:write(s) f:close() end
package.path = "./?.lua"
write("mod1.lua", "module(..., package.seeall) function f() return 'f', _NAME, _PACKAGE, x end y = 1")
write("mod2.lua",
  "local print = print module('mod2') z = 5 function g() return z, _NAME, print ~= nil, tostring == nil end")
os.execute("mkdir -p p")
write("p/q.lua", "module(...) v = _PACKAGE w = _NAME m = _M ~= nil")
x = "global x"
print(type(require("mod1")), mod1.f())
print(mod1.y, mod1._NAME, mod1._M == mod1, package.loaded.mod1 == mod1, y)
require("mod2")
print(mod2.g())
print(getmetatable(mod2), getmetatable(mod1).__index == _G)
print(require("p.q").v, p.q.w, p.q.m, package.loaded["p.q"] == p.q)
local function inmod() module("dyn.a.b", package.seeall) val = 7 return _NAME, _PACKAGE, val end
print(inmod())
print(dyn.a.b.val, type(dyn.a), package.loaded["dyn.a.b"] == dyn.a.b)
local function opts() module("withopt", function(m) m.opt = "called" end, package.seeall) return opt, print ~= nil end
print(opts())
clash = 5
print(pcall(function() module("clash.x") end))
print(pcall(function() module("clash") end))
print(pcall(module))
print(pcall(module, {}))
print(pcall(package.seeall, 5))
print(pcall(package.seeall))
local t = {}
package.seeall(t)
print(t.print == print)
local function again() module("dyn.a.b") return val end
print(again())
package.loaded.pre = { existing = true }
local function pre() module("pre") local _M = _M return _M.existing, _NAME end
print(pre())
print(pcall(function() module("bad", 5) end))
print(G.pre == nil, G.withopt.opt)
