-- An uncaught error: message and traceback on stderr, exit code 1, output flushed.
local function c() error("uncaught here") end
local function b() c() end
function a() b() end
local t = { method = function(self) a() end }
function t.field() t:method() end
io.write("before ")
print("the error")
t.field()
