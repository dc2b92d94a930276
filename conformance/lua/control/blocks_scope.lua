-- Scopes: shadowing, do blocks, function scopes, globals.
local x = 1
do local x = x + 1 print(x) do local x = x + 1 print(x) end print(x) end print(x)
local x = x + 10 print(x) local x, y, x = 1, 2, 3 print(x, y)
local function f(a, a) return a end print(f(1, 2))
local function g(x) local x = x or "d" return x end print(g(), g(5))
for x = 1, 1 do print(x) local x = "in" print(x) end print(x)
if x then local x = "if" print(x) end print(x)
local z = z print(z) z = 1 print(z, _G.z)
glob = 1 do local glob = glob + 1 print(glob, _G.glob) end
local function rec(n) if n == 0 then return "done" end return rec(n - 1) end print(rec(10))
local nrec = function(n) return nrec end print(nrec(1))
