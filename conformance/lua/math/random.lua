-- Seeded sequences of math.random in all forms.
for _, s in ipairs{ 0, 1, 42, -1, 12345, 2^31, 2^53, 0.5, 1e100, 123.456, -7.25, 1/0, 2^-1074 } do
  math.randomseed(s)
  local r = {}
  for i = 1, 5 do r[i] = ("%.17g"):format(math.random()) end
  print(s, table.concat(r, " "))
  r = {}
  for i = 1, 10 do r[i] = math.random(100) end
  print(s, table.concat(r, " "))
  r = {}
  for i = 1, 10 do r[i] = math.random(-5, 5) end
  print(s, table.concat(r, " "))
end
math.randomseed(7)
local h = {}
for i = 1, 10000 do local x = math.random(10) h[x] = (h[x] or 0) + 1 end
print(unpack(h))
math.randomseed(7)
for i = 1, 5 do
  print(math.random(1), math.random(2^31), math.random(1, 2^40), math.random(-2^31, 2^31), math.random(0, 0),
    math.random(2^53), math.random(1.5), math.random(1.2, 3.9), math.random("10"))
end
for _, c in ipairs{ "math.random(0)", "math.random(-5)", "math.random(2, 1)", "math.random(1, 2, 3)",
  "math.random(0.5)", "math.random(1, 'x')", "math.random(nil)", "math.random({})", "math.randomseed()",
  "math.randomseed('x')", "math.randomseed('5')", "math.randomseed(1, 2)", "math.randomseed(nil)",
  "math.random(5, 4.9)" } do
  print(c, (pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c")))),
    select(2, pcall(assert(loadstring("math.randomseed(3) return (function(...) return ... end)(" .. c .. ")", "=c")))))
end
print(select("#", math.randomseed(5)), pcall(math.randomseed, 5))
math.randomseed(99)
local a = math.random()
math.randomseed(99)
print(a == math.random(), a >= 0, a < 1)
math.randomseed(5)
local w = {}
for i = 1, 20 do w[i] = i end
for i = 20, 2, -1 do local j = math.random(i) w[i], w[j] = w[j], w[i] end
print(table.concat(w, " "))
local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(math.random(1000)) end end)
math.randomseed(1)
print(co(), math.random(1000), co())
