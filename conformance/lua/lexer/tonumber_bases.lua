-- tonumber with a base.
for base = 2, 36 do
  print(base, tonumber("10", base), tonumber("z", base), tonumber("Zz", base), tonumber("11", base),
    tonumber("-11", base), tonumber(" 1010 ", base), tonumber("77", base))
end
local cases = { {"ff", 16}, {"FF", 16}, {"0xff", 16}, {"0xFF", 16}, {"0x", 16}, {"-0xff", 16}, {"-ff", 16}, {"g", 16},
  {"", 16}, {" ", 16}, {"1 1", 2}, {"12", 2}, {"1.0", 10}, {"1e1", 10}, {"1e1", 16}, {"ffffffff", 16},
  {"fffffffff", 16}, {"ffffffffffffffff", 16}, {"fffffffffffffffff", 16}, {"-1", 16}, {"--1", 16}, {"+1", 16},
  {"zzzzzzzzzzzz", 36}, {"zzzzzzzzzzzzz", 36}, {"zzzzzzzzzzzzzzzzzzzzz", 36}, {"7", 8}, {"8", 8}, {"777777", 8},
  {"4294967295", 10}, {"4294967296", 10}, {"18446744073709551615", 10}, {"18446744073709551616", 10},
  {"99999999999999999999999", 10}, {"10\0", 2}, {"1_0", 2} }
for _, c in ipairs(cases) do print(("%q"):format(c[1]), c[2], pcall(tonumber, c[1], c[2])) end
print(pcall(tonumber, "10", 1)) print(pcall(tonumber, "10", 37)) print(pcall(tonumber, "10", 0)) print(pcall(tonumber, "10", -2))
print(pcall(tonumber, 10, 16)) print(pcall(tonumber, 10, 10)) print(pcall(tonumber, 1.5, 10)) print(pcall(tonumber, 255, 36))
print(pcall(tonumber, {}, 16))
print(pcall(tonumber, nil, 16))
print(pcall(tonumber, "10", "16"))
print(pcall(tonumber, "10", "x"))
print(pcall(tonumber, "10", nil))
print(pcall(tonumber, "10", 2.9))
print(pcall(tonumber, true, 2))
print(pcall(tonumber))
print(pcall(tonumber, nil))
print(pcall(tonumber, {}))
print(pcall(tonumber, print))
print(pcall(tonumber, true))
print(pcall(tonumber, "0x10", nil))
print(pcall(tonumber, "zz", 36, "extra"))
