-- const locals: declaration forms, assignments refused.
local ok, err = pcall(function() end)
local cases = { "const x = 1 return x", "const x, y = 1, 2 return x + y", "const x", "const x = 1 x = 2",
  "const x = 1 x += 2", "const x, y = 1 y = 2", "const f = function() return f end return f()",
  "const x = 1 local x = 2 return x", "const x = 1 do local x = 2 x = 3 return x end", "const x = 1 function x() end",
  "const x = 1 return function() x = 2 end", "const x = 1 return (function() return x end)()",
  "const x = {} x.y = 1 return x.y", "const = 5 return const", "local const = 5 return const", "const()",
  "const.x = 1", "const x = 1 const x = 2", "const x = 1 for x = 1, 2 do x = 3 end return x",
  "for i = 1, 2 do const z = i end return 1", "const function f() return 1 end return f()",
  "const x = 1; x, y = 1, 2", "const a = 1 a.b = 1", "const t = {1} t[1] = 5 return t[1]", "const x = nil return x",
  "const 1", "const x = 1 + ", "const s = 'lit' return s .. 'x'", "const x, x = 1, 2 return x",
  "local x = 1 const x = 2 return x", "const x = 1 local y = x y = 2 return x, y",
  "const x = 1 local function x() end", "const x = 1 return function(x) x = 2 return x end",
  "const x = 1 repeat local y = x until true return x",
  "const x, y, z = (function() return 7, 8, 9 end)() return x, y, z", "const x = 1 x.y.z = 3",
  "const x = ... return x", "local x <const> = 1", "local x <close> = 1", "const x = 1 goto e ::e:: return x",
  "goto e const x = 1 ::e:: return x", "const x = 1 ::x:: return x", "return const", "const const = 3 return const",
  "x = const y = 2" , "const\nx\n=\n1 return x", "const [x] = 1", "const (x) = 1", "const 'x'" , "const {}" ,
  "const x y = 1" }
for _, s in ipairs(cases) do
  local f, e = loadstring(s, "=k")
  if f then print(s, pcall(f, "arg")) else print(s, e) end
end
