-- jit.attach: what callbacks get, and what may happen in them. How many traces there are depends on the engine, and says nothing here.
local util = require("jit.util")
-- A file of its own in LuaJIT, which may be missing.
local found, vmdef = pcall(require, "jit.vmdef")

-- Functions compiled, those inside others first.
local function compiled(proto)
  local info = util.funcinfo(proto)
  print("bc", info.linedefined, info.lastlinedefined, info.loc, info.isvararg)
end
jit.attach(compiled, "bc")
print(type(load("local x = 1\nlocal function f(...)\n  return function() end\nend\nlocal g = function() end\nreturn f, g", "=chunk")))
loadstring("return 1")
jit.attach(compiled)
loadstring("return 2")
print("detached")

-- One callback per event: the second takes the first one's place.
jit.attach(function() print("never") end, "bc")
local calls = 0
local function count() calls = calls + 1 end
jit.attach(count, "bc")
load("return function() return function() end end")
print(calls)
jit.attach(count)

-- Errors are told, and nothing else happens.
local function fails() error("oh") end
jit.attach(fails, "bc")
print(type(load("return 1")))
jit.attach(fails)
local function fails_oddly() error({}) end
jit.attach(fails_oddly, "bc")
print(type(load("return 1")))
jit.attach(fails_oddly)

-- Events in a callback are not told.
local depth = 0
local function nested()
  depth = depth + 1
  load("return function() end")
end
jit.attach(nested, "bc")
load("return 1")
print(depth)
jit.attach(nested)

-- A callback runs in a coroutine like elsewhere, and can't yield.
local function yields()
  print(pcall(coroutine.yield, 1))
end
jit.attach(yields, "bc")
print(coroutine.resume(coroutine.create(function()
  load("return 1")
  return "end"
end)))
jit.attach(yields)

-- Finalizers that fail.
local function finalizer_failed(message) print("errfin", message) end
jit.attach(finalizer_failed, "errfin")
do
  local p = newproxy(true)
  getmetatable(p).__gc = function() error("in a finalizer", 0) end
end
collectgarbage()
collectgarbage()
jit.attach(finalizer_failed)

-- Traces: kinds of arguments, and what reflection says of them.
local wrong = {}
local function check(ok, what) if not ok then wrong[#wrong + 1] = what end end
local open, seen
local function is_place(f, pc)
  return (type(f) == "function" or type(f) == "proto") and type(pc) == "number" and util.funcbc(f, pc) ~= nil
end
local function trace(what, ...)
  local tr, f, pc, other, exit = ...
  if what == "start" then
    check(not open and select("#", ...) == (other and 5 or 3), "start")
    check(type(tr) == "number" and is_place(f, pc), "start's place")
    check(other == nil or type(other) == "number" and type(exit) == "number", "start's origin")
    open = tr
  elseif what == "stop" then
    check(open == tr and type(f) == "function", "stop")
    local info = util.traceinfo(tr)
    check(info.nins > 0 and info.nk >= 3 and info.nexit > 0 and type(info.link) == "number", "info")
    check(type(info.linktype) == "string", "link")
    for i = 1, info.nins do
      local m, ot, op1, op2, ridsp = util.traceir(tr, i)
      check(m and ot and op1 and op2 and ridsp, "ir")
      check(not found or #vmdef.irnames >= 6 * bit.rshift(ot, 8) + 6, "name")
    end
    check(util.traceir(tr, info.nins + 1) == nil, "behind the ir")
    check(util.tracek(tr, -1) == nil and select(2, util.tracek(tr, -1)) == 0, "nil")
    check(util.tracek(tr, -2) == false and util.tracek(tr, -3) == true, "booleans")
    for i = 0, info.nexit - 1 do
      local snap = util.tracesnap(tr, i)
      check(snap[0] <= info.nins + 1 and snap[1] >= 2, "snap")
      local last = #snap
      check(bit.rshift(snap[last], 24) == 255, "end of snap")
    end
    check(util.tracesnap(tr, info.nexit) == nil, "behind the snaps")
    local code, address, loop = util.tracemc(tr)
    check(code == nil or #code > 0 and type(address) == "number" and loop < #code, "code")
    open = nil
  elseif what == "abort" then
    check(open == tr and is_place(f, pc), "abort")
    check(type(other) == "string" or not found or type(vmdef.traceerr[other]) == "string", "reason")
    open = nil
  else
    check(what == "flush" and select("#", ...) == 0, "flush")
    seen = true
  end
end
local function record(tr, f, pc, depth)
  check(tr == open and type(f) == "function" and depth >= 0, "record")
  check(pc == -1 or util.funcbc(f, pc) ~= nil, "position")
end
local function texit(tr, exit, ngpr, nfpr, ...)
  check(type(tr) == "number" and type(exit) == "number", "exit")
  check(select("#", ...) == ngpr + nfpr, "registers")
end
jit.attach(trace, "trace")
jit.attach(record, "record")
jit.attach(texit, "texit")
local sum, words = 0, {}
local object = setmetatable({}, { __index = function(_, k) return k end })
for i = 1, 300 do
  sum = sum + object[i] + math.sin(0)
  if i % 3 == 0 then sum = sum + select("#", i, i) end
  if i % 50 == 0 then words[#words + 1] = table.concat({ "a", i }) end
  local ok, e = pcall(function() if i % 100 == 0 then error(i, 0) end return i end)
  if not ok then sum = sum + e end
end
for w in coroutine.wrap(function() for i = 1, 100 do coroutine.yield(i) end end) do sum = sum + w end
jit.flush()
jit.attach(trace)
jit.attach(record)
jit.attach(texit)
print(sum, table.concat(words, " "))
print(seen, table.concat(wrong, ", "))
