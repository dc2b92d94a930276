-- Operand types and their messages, metamethods for arithmetic only.
local ops = { "&", "|", "~", "<<", ">>", "~>>" }
local vals = { "nil", "true", "'7'", "'x'", "{}", "print", "1", "1/0", "0/0", "-1/0", "1e300",
  "coroutine.create(print)", "newproxy()" }
for _, op in ipairs(ops) do for _, a in ipairs(vals) do
  print(op, a, pcall(assert(loadstring("return " .. a .. " " .. op .. " 3", "=b"))))
  print(op, a, pcall(assert(loadstring("return 3 " .. op .. " " .. a, "=b"))))
  print(op, a, pcall(assert(loadstring("local x, y = " .. a .. ", 3 return x " .. op .. " y", "=b"))))
  print(op, a, pcall(assert(loadstring("local t = {f = " .. a .. "} return 2 " .. op .. " t.f", "=b"))))
end end
for _, a in ipairs(vals) do print("~", a, pcall(assert(loadstring("local v = " .. a .. " return ~v", "=b")))) end
local mm = {}
for _, n in ipairs{ "band", "bor", "bxor", "shl", "shr", "bnot", "sar", "bshl", "bshr", "bsar", "lshift", "arshift",
  "unm", "add" } do mm["__" .. n] = function(a, b) return n end end
local o = setmetatable({}, mm)
for _, op in ipairs(ops) do
  print(op, pcall(assert(loadstring("local o = ... return o " .. op .. " 1", "=b")), o))
  print(op, pcall(assert(loadstring("local o = ... return 1 " .. op .. " o", "=b")), o))
end
print(pcall(assert(loadstring("local o = ... return ~o", "=b")), o))
