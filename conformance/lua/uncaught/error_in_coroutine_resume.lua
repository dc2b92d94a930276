-- resume reports, the main program raises.
local co = coroutine.create(function() local x = nil; return x.y end)
local ok, e = coroutine.resume(co)
print(ok, e)
print(debug.traceback(co))
error(e, 0)
