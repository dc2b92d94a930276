-- Unary minus, not, length; their priorities.
print(-1, - -1, - - -1, -(-1), not nil, not not nil, not 0, not "", not not 1, #"", #"abc", #"a\0b", #{1, 2, 3},
  -#"abc", - #{1}, not #"", #"a" .. #"bc")
print(-2 ^ 2, (-2) ^ 2, not 1 == 2, not (1 == 2), #"ab" + 1, -"2", -"0x10", - " 3 ", -"-4", -"1e2")
for _, v in ipairs{ "x", "", " ", "1x", "0x", "1e" } do print(v, pcall(function() return -v end)) end
print(pcall(function() return -{} end))
print(pcall(function() return -nil end))
print(pcall(function() return -true end))
print(pcall(function() return -print end))
print(pcall(function() return #nil end))
print(pcall(function() return #5 end))
print(pcall(function() return #true end))
print(pcall(function() return #print end))
local a, s, t = nil, "q", {}
print(pcall(function() return -a end))
print(pcall(function() return -s end))
print(pcall(function() return -t.x end))
print(pcall(function() return #t.x end))
print(pcall(function() return #undefinedglobal end))
print(pcall(function() return -undefinedglobal end))
