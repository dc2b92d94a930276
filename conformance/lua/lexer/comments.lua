-- Comments of all kinds between tokens.
local a --[[ in ]] = --[==[ between
]] ]==] 1 -- end
print(a) --[[x]] print(a + 1) --[=[ ]] ]=] print(a + 2)
--[ not long
print"a" --[=
print"b" ---[[ not long
print"c" --]]
print"d"
--[[
print"hidden"
--]]
print"e"
---[[
print"shown"
--]]
print(--[[a]]1--[[b]],--[[c]]2--[[d]])
local t = { --[[1]] 1, --[[2]] 2; --[[3]] n --[[k]] = --[[v]] 3 }
print(#t, t.n)
print(type(loadstring("-- only a comment")))
for _, s in ipairs{"--", "--\n", "--[[]]", "--[[]]--", "--[==[]==]", "", " ", "\n\n", ";", "--\r", "\t\v\f"} do
  local f, e = loadstring(s, "=c")
  print(#s, type(f), e, f and select('#', f()))
end

