-- ?? takes the first that is not nil.
local log = {} local function v(x) log[#log + 1] = tostring(x) return x end
print(nil ?? 1, false ?? 1, 0 ?? 1, "" ?? 1, nil ?? nil, nil ?? false, nil ?? nil ?? 3, false ?? nil ?? 3)
print(v(nil) ?? v(2), v(1) ?? v(3), table.concat(log, ","))
local a, b, c = nil, false, 5
print(a ?? b, a ?? c, b ?? c, a ?? a, (a ?? b) ?? c, a ?? (b ?? c))
print(a or b ?? c, a ?? b or c, a and b ?? c, a ?? b and c, c and a ?? b, not a ?? b, 1 + (a ?? 2), a ?? 1 + 2,
  a ?? 1 == 1, a ?? "x" .. "y")
local t = {}
print(t.x ?? "d", (t.x ?? t).y ?? "e", #(t.x ?? "four"))
local function f() return nil, 1 end
print(f() ?? "first", (f() ?? 1))
print(select("#", f() ?? f()))
if a ?? c then print"yes" end
if a ?? b then print"no" else print"else" end
while a ?? false do end
print((a ?? b) == false, (a ?? c) == 5)
for _, x in ipairs{ true, false, 1, "s" } do
  for _, y in ipairs{ true, false, 1 } do
    print(x ?? y, x or y, x and y, (x and nil) ?? y, (x or nil) ?? y, x ?? y or "z", not (x ?? y))
  end
end
local function dflt(x, y) x = x ?? "dx" y = y ?? "dy" return x .. y end
print(dflt(), dflt(1), dflt(nil, 2), dflt(1, 2))
local x = a ?? b ?? c
print(x)
local g = undefinedglobal ?? "undef" print(g) local r = { a ?? 1, b ?? 2, k = a ?? 3 } print(r[1], r[2], r.k)
