-- String comparison is by bytes, embedded zeros included.
local s = { "", "\0", "a", "a\0", "a\0b", "aa", "ab", "b", "A", "Z", "_", "1", "10", "2", "\127", "\128", "\255",
  "abc", "abcd", "ABC", "a b", " a", ("x"):rep(20), ("x"):rep(20) .. "y", ("x"):rep(19) .. "y" }
for _, a in ipairs(s) do
  local r = {}
  for i, b in ipairs(s) do r[i] = a < b and "<" or a == b and "=" or a > b and ">" or "?" assert((a <= b) == not (b < a)) end
  print(("%q"):format(a), table.concat(r))
end
table.sort(s) for i, v in ipairs(s) do print(i, ("%q"):format(v)) end
