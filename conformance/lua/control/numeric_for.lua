-- Numeric for: steps, bounds, fractions, infinities, coercion, errors.
local function run(a, b, c)
  local r, n = {}, 0
  local ok, e = pcall(function()
    if c == nil then for i = a, b do n = n + 1 r[n] = tostring(i) if n >= 8 then break end end
    else for i = a, b, c do n = n + 1 r[n] = tostring(i) if n >= 8 then break end end end
  end)
  local function s(v) return type(v) == "table" and "{}" or tostring(v) end
  print(s(a), s(b), s(c), table.concat(r, " "), ok, e)
end
local cases = { {1, 3}, {3, 1}, {1, 1}, {0, -0}, {3, 1, -1}, {1, 3, -1}, {1, 10, 3}, {10, 1, -4}, {1, 2, 0.25},
  {0, 1, 0.1}, {1, 0, -0.3}, {1.5, 4}, {-1.5, 1}, {1, 3.9}, {1, 1/0}, {1, -1/0}, {-1/0, 0}, {1/0, 0}, {1, 0/0},
  {0/0, 1}, {1, 3, 0/0}, {1, 5, 1/0}, {5, 1, -1/0}, {1, 3, 0}, {3, 1, 0}, {1, 1, 0}, {1, 0, -0}, {"1", "3"},
  {"1", 3, "2"}, {"0x10", "0x12"}, {1, "x"}, {"x", 1}, {1, 2, "x"}, {nil, 1}, {1, nil}, {{}, 1}, {1, {}}, {1, 2, {}},
  {true, 1}, {1, 2, true}, {2147483646, 2147483649}, {-2147483647, -2147483650, -1}, {2^53 - 1, 2^53 + 1},
  {1e300, 1e308, 1e307}, {2147483647, 2147483647}, {-2147483648, -2147483646}, {0, 2147483647, 1073741824},
  {0, -2147483648, -1073741824}, {1, 100, 2147483647} }
for _, c in ipairs(cases) do run(c[1], c[2], c[3]) end
for i = 1, 3 do local j = i i = i * 10 io.write(j, ":", i, " ") end print()
local fs = {} for i = 1, 3 do fs[i] = function() i = i + 1 return i end end print(fs[1](), fs[1](), fs[2](), fs[3](), fs[1]())
local function lim() io.write("limit ") return 3 end
local function st() io.write("step ") return 1 end
local function ini() io.write("init ") return 1 end
for i = ini(), lim(), st() do io.write(i, " ") end print()
for i = 3, 1 do print"never" end for i = 1, 0 do print"never" end
print(pcall(function() for i = 1, 10 do if i == 5 then return i, "from loop" end end end))
local x = 0 for i = 1, 100 do for j = i, 100 do if (i + j) % 7 == 0 then x = x + 1 break end end end print(x)
