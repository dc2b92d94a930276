-- The string table itself; methods through the metatable; numbers as self.
local names = {}
for k in pairs(string) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
print(getmetatable("").__index == string, #"é", ("%s"):len(), ("x"):rep(3):upper():lower():len(), ("a"):byte() + 1)
print(("abc"):find("b"), ("abc"):match("(b)"), ("abc"):gsub("b", "x"))
print(string.len(5), string.rep(5, 2), string.sub(12345, 2, 3), string.upper(1e100), string.byte(9),
  string.reverse(123), string.find(12345, 34), string.gsub(1010, 1, 2), string.format(1))
print(pcall(function() local n = 5 return n:rep(2) end))
print(("x").rep("y", 2), ("a" .. "b"):rep(2), ("a"):rep(2) .. "b", #("a"):rep(2), -("5"):rep(2), ("5"):rep(2) + 1)
string.extra = function(s, n) return s .. n end
print(("e"):extra(5))
string.extra = nil
print(pcall(function() return ("e"):extra(5) end))
local s = "interned"
local t = {}
t[s] = 1
t["inter" .. "ned"] = 2
t[("xinterned"):sub(2)] = 3
print(t.interned)
for i = 1, 3 do print(("k" .. i) == ("k" .. i), rawequal("k" .. i, "k" .. i)) end
local long1, long2 = ("ab"):rep(1000), ("ab"):rep(1000)
print(long1 == long2, long1 .. "x" == long2 .. "x", long1 < long2 .. "a", ({ [long1] = "found" })[long2])
