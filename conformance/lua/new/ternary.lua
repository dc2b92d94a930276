-- c ? a : b: nesting, priority, with methods and tables.
print(true ? 1 : 2, false ? 1 : 2, nil ? "a" : "b", 0 ? "zero" : "none", "" ? "e" : "n")
local function sign(x) return x < 0 ? -1 : x > 0 ? 1 : 0 end print(sign(-5), sign(0), sign(9))
local a, b = 1, 2
print(a == 1 ? b == 2 ? "12" : "1x" : "xx", (a == 2 ? "p" : "q") .. "r", a > b ? a : b, #(a and b ? "long" : "s"))
local log = {} local function v(x) log[#log + 1] = tostring(x) return x end
print(v(true) ? v(1) : v(2), v(false) ? v(3) : v(4), table.concat(log, " "))
local t = { x = true ? { 1 } : {}, [false ? "a" : "b"] = 3 }
print(t.x[1], t.b)
print((true ? t : nil).b, (true ? print : nil) ~= nil)
local x = nil
local y = x ? x.z : "none"
print(y)
print(true and false ? 1 : 2, true or false ? 1 : 2, not true ? 1 : 2, 1 + 1 == 2 ? "y" : "n", 1 ?? 2 ? 3 : 4)
local f = true ? function() return "f" end : nil
print(f())
print((false ? 1 : 2))
print(select("#", true ? (function() return 1, 2 end)() : 0))
local obj = { m = function(self, q) return q end } local c = true print(c ? (obj:m(6)) : 0, (c ? (obj.m) : 0) ~= 0)
for i = 1, 15 do io.write(i % 15 == 0 ? "FizzBuzz" : i % 5 == 0 ? "Buzz" : i % 3 == 0 ? "Fizz" : i, " ") end print()
print(false ? error("no") : "lazy") print(pcall(function() return true ? error("yes", 0) : 1 end))
local cases = { "return 1 ? 2", "return 1 ? : 2", "return 1 ? 2 :", "return ? 1 : 2", "x ? 1 : 2",
  "return a ? b : c ? d : e", "return a ? b ? c : d : e", "return (a ? b) : c", "return a ? b, c : d",
  "return a ? b:c", "return a ? b : c()", "return a ? b:c() : d", "return a ? (b):c() : d",
  "return a ? 'x':len() : 1", "local x = a ? b : c = 1", "return a ? x -> x : y", "return a ? -1 : +1",
  "return a ? {} : {}", "return a ? ... : b", "return a ?b :c", "return a?b:c", "return a ?.b : c",
  "return a ? .5 : 1", "return a?.5:1", "return a ?? b ? c : d", "return a ? b ?? c : d", "goto x ? 1 : 2",
  "return not a ? b : c", "return a = b ? c : d", "return a ? b : ::c::", "return a ? b :: c", "return a ? b : c : d",
  "x = a ? b : c d = 1", "return {a ? b : c, d ? e : f}", "return f(a ? b : c)", "return t[a ? b : c]",
  "return a ? goto : b", "if a ? b : c then end", "while a ? b : c do break end", "for i = a ? 1 : 2, 3 do end" }
for _, s in ipairs(cases) do local f, e = loadstring(s, "=t") print(s, e or "ok") end
