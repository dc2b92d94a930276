-- A variable that no function assigns is a constant of traces until debug.setlocal assigns it.
local x = 1
local function f() return x end
local s = 0
for i = 1, 200 do s = s + f() end
debug.setlocal(1, 1, 10)
for i = 1, 200 do s = s + f() end
print(s, x)
