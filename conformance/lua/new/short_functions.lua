-- Short functions in all shapes.
local inc = x -> x + 1
local add = |x, y| -> x + y
local k = || -> 42
local id = x -> x
local multi = x -> do local y = x * 2 return y, x end
print(inc(1), add(2, 3), k(), id("i"))
print(multi(5))
local nested = x -> y -> z -> x + y + z
print(nested(1)(2)(3))
local vf = |...| -> select("#", ...)
print(vf(1, nil, 3))
local v2 = |a, ...| -> ...
print(v2(1, 2, 3))
local t = { f = x -> x * 2, [1] = || -> "one", x -> -x }
print(t.f(4), t[1](3))
print((x -> x .. "!")("hi"), (|a, b| -> b)(1, 2), (|| -> nil)())
local function map(l, f) local r = {} for i, v in ipairs(l) do r[i] = f(v) end return r end
print(table.concat(map({ 1, 2, 3 }, x -> x * x), " "), table.concat(map({ "a", "b" }, s -> s:upper()), " "))
local list = { 3, 1, 2 }
table.sort(list, |a, b| -> a > b)
print(table.concat(list, " "))
print(("abc"):gsub(".", c -> c:byte() .. ","))
local cnt = 0
local up = || -> do cnt += 1 return cnt end
print(up(), up(), cnt)
local tern = x -> x > 0 ? "pos" : "neg"
print(tern(1), tern(-1))
local cmp = x -> x == 1 and "one" or "other"
print(cmp(1), cmp(2))
local empty = x -> do end
print(select("#", empty(1)))
local tail = x -> print(x)
tail("tail")
print(select("#", (x -> (nil))(1)))
local noret = || -> do print("stmt") end
print(noret())
local obj = { n = 3 }
function obj:each(f) for i = 1, self.n do f(i) end end
obj:each(i -> print("each", i))
print(pcall(|| -> error("e", 0)))
print(pcall(x -> x.y, nil))
print(pcall(|| -> undefd.z))
local info = debug.getinfo(|a, b| -> a, "uS")
print(info.nparams, info.isvararg, info.what)
print(debug.getinfo(|...| -> 1, "u").isvararg, debug.getinfo(x -> x, "u").nparams,
  debug.getinfo(|| -> 1, "u").nparams)
local curry = f -> a -> b -> f(a, b)
print(curry(|a, b| -> a * b)(6)(7))
local self = x -> x;
print(self(9))
local comp = |f, g| -> x -> f(g(x))
print(comp(inc, inc)(0))
