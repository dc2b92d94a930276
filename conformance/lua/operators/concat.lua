-- Concatenation: coercion, associativity, long chains, errors with names.
print("a" .. "b", 1 .. 2, 1.5 .. "x", -1 .. "", 1e100 .. "|", 2^53 .. "", 0/0 .. "", 1/0 .. "", "a" .. 1 + 2 .. "b",
  1 .. 2 == "12", ("x" .. 1):len())
local a, b, c = "p", 2, "r" print(a .. b .. c, a .. b .. c .. a .. b .. c, (a .. b) .. (c .. a), a .. (b .. c))
local parts = {} for i = 1, 150 do parts[i] = "'" .. i .. "'" end
print(#loadstring("return " .. table.concat(parts, ".."))())
for _, v in ipairs{ "nil", "true", "{}", "print", "coroutine.create(print)", "newproxy()" } do
  print(v, pcall(loadstring("return 'a' .. " .. v, "=c")))
  print(v, pcall(loadstring("return " .. v .. " .. 'a'", "=c")))
  print(v, pcall(loadstring("local x = " .. v .. " return 'a' .. x .. 'b'", "=c")))
  print(v, pcall(loadstring("local t = {x = " .. v .. "} return 'a' .. t.x", "=c")))
  print(v, pcall(loadstring("g = " .. v .. " return 'a' .. 'b' .. g .. 'c'", "=c")))
  print(v, pcall(loadstring("local x = " .. v .. " return 1 .. x", "=c")))
end
