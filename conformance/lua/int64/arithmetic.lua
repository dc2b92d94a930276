-- Arithmetic of 64-bit integers with each other and with numbers.
local v = { 0LL, 1LL, -1LL, 2LL, 10LL, -7LL, 0x7fffffffffffffffLL, 0x8000000000000000LL, 0ULL, 1ULL, 7ULL,
  0xffffffffffffffffULL, 3, -3, 2^40 }
local ops = { { "+", function(a, b) return a + b end }, { "-", function(a, b) return a - b end },
  { "*", function(a, b) return a * b end }, { "/", function(a, b) return a / b end },
  { "%", function(a, b) return a % b end }, { "^", function(a, b) return a ^ b end } }
for _, op in ipairs(ops) do
  for _, a in ipairs(v) do
    local r = {}
    for i, b in ipairs(v) do
      if type(a) == "number" and type(b) == "number" then
        r[i] = "-"
      else
        local ok, x = pcall(op[2], a, b)
        r[i] = ok and tostring(x) or "!"
      end
    end
    print(op[1], tostring(a), table.concat(r, " "))
  end
end
for _, a in ipairs(v) do if type(a) ~= "number" then print(tostring(a), tostring(-a)) end end
print(1LL + 1.9, 1LL * 2.9, 10LL / 3, 10LL / 3.9, -10LL / 3, -10LL % 3, 10LL % -3, 2LL ^ 10, 2LL ^ -1, 2ULL ^ 63,
  3LL ^ 40, (-2LL) ^ 63)
local x = 1LL
for i = 1, 65 do if i % 8 == 0 then io.write(tostring(x), " ") end x = x * 2 end
print(tostring(x))
local f = 1ULL
for i = 1, 25 do f = f * i io.write(tostring(f), " ") end
print()
local h = 0xcbf29ce484222325ULL
for c in ("hello"):gmatch(".") do h = bit.bxor(h, c:byte()) * 0x100000001b3ULL end
print(bit.tohex(h), h)
