-- Comparison, equality, keys, conversion of 64-bit integers; errors.
local v = { 0LL, 1LL, -1LL, 0ULL, 1ULL, 0xffffffffffffffffULL, 0x7fffffffffffffffLL, 0, 1, -1, 1.5, 2^63 }
for _, a in ipairs(v) do
  local r = {}
  for i, b in ipairs(v) do
    local function t(f) local ok, x = pcall(f) return ok and tostring(x):sub(1, 1) or "!" end
    r[i] = t(function() return a == b end) .. t(function() return a < b end) .. t(function() return a <= b end) .. t(function()
      return a ~= b
    end)
  end
  print(tostring(a), table.concat(r, " "))
end
print(1LL == 1, 1LL == 1ULL, 1 == 1LL, 1LL == "1", 1LL == nil, 1LL == true, 1LL ~= 1, rawequal(1LL, 1LL))
local t = {}
t[1LL] = "a"
print(t[1LL], t[1])
for _, c in ipairs{ "1LL + 'x'", "1LL + '5'", "1LL + nil", "1LL + {}", "1LL + true", "nil + 1LL", "1LL .. 'x'",
  "1LL .. 1LL", "'x' .. 1LL", "1LL < 'x'", "1LL < nil", "1LL < {}", "nil < 1LL", "#1LL", "1LL()", "(1LL).x",
  "local x = 1LL x.y = 1", "-1LL", "not 1LL", "1LL and 2", "(1LL):foo()", "tonumber(1LL)",
  "tonumber(0xffffffffffffffffULL)", "tonumber('1LL')", "tostring(1LL)", "type(1LL)", "math.floor(5LL)",
  "math.abs(-5LL)", "math.max(1LL, 2)", "math.sqrt(4LL)", "('x'):rep(3LL)", "('abc'):sub(2LL)",
  "select(2LL, 'a', 'b')", "string.char(65LL)", "({10, 20})[1LL]", "string.format('%d', 1ULL)",
  "string.format('%.2f', 1LL)", "string.format('%s', -1ULL)", "string.format('%5s|', 1LL)",
  "string.format('%c', 65LL)", "for i = 1LL, 3LL do end", "for i = 1, 3LL do print(i) end", "next({}, 1LL)",
  "setmetatable(1LL, {})", "getmetatable(1LL)", "pairs(1LL)", "ipairs(1LL)", "unpack({1, 2}, 1LL, 2LL)",
  "table.concat({1LL})", "1LL == 1 and 'eq'", "bit.band(1LL, 3)", "1LL & 3", "~0LL", "~0ULL", "1ULL << 40",
  "1LL << 64", "1LL << 65", "-1LL >> 60", "-1LL ~>> 60", "0xffULL | 0x100", "0xffULL ~ 1", "1 << 40LL", "1 | 2LL",
  "bit.tohex(1LL)", "bit.tohex(-1LL)", "bit.tohex(255ULL, 4)", "bit.tohex(255ULL, -20)", "bit.tobit(0x1ffffffffULL)",
  "bit.bnot(0LL)", "bit.bswap(1ULL)", "bit.rol(1ULL, 63)", "bit.ror(1ULL, 1)", "bit.lshift(1ULL, 63)",
  "bit.rshift(-1LL, 63)", "bit.arshift(-1LL, 63)", "bit.bor(1, 2LL, 4)", "bit.bxor(1LL, '3')", "bit.band('7', 5ULL)",
  "bit.lshift(1, 40ULL)", "bit.band(1LL, {})" } do
  local f, e = loadstring("return (function(...) return ... end)(" .. c .. ")", "=c")
  f = f or loadstring(c, "=c")
  print(c, pcall(f))
end
