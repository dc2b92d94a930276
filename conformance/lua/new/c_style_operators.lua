-- ! && || != are the same as not and or ~=.
local vals = { nil, true, false, 0, "" }
for i = 1, 5 do for j = 1, 5 do local a, b = vals[i], vals[j]
  print(a && b, a || b, !a, !b, a != b, !(a && b), !a || !b, (a && b) == (a and b), (a || b) == (a or b), (a != b) == (a ~= b))
end end
if !nil && 1 != 2 || false then print"branch" end while !true do end print(!!nil, !!1, !1 == false, !#"")
