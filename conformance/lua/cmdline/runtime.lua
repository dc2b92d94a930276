local function f() error('rt') end
f()
