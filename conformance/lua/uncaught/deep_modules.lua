-- Functions of nested tables in the traceback.
a = { b = { c = {} } }
function a.b.c.f() error("deep") end
function a.b.g() a.b.c.f() end
function a:h() self.b.g() end
a:h()
