-- Hexadecimal and binary literals, fractions and exponents.
local cases = {
  "0x0", "0x1", "0xff", "0XFF", "0xAbCdEf", "0xffffffff", "0x100000000", "0x7fffffff", "0x80000000",
  "0xfffffffffffff", "0x1fffffffffffff", "0x20000000000000", "0x20000000000001", "0xffffffffffffffff", "0x123456789abcdef01",
  "0x1.8", "0x.8", "0x1.", "0x1p4", "0x1P4", "0x1p+4", "0x1p-4", "0x.1p4", "0xA.8p0", "0x1.fffffffffffffp1023",
  "0x1p-1074", "0x1p-1075", "0x1.8p-1074", "0x1p1024", "0x0p99999", "0x1p-99999", "0xe+1", "0x1e2",
  "0x_ff", "0xf_f", "0xff_", "0x", "0xg", "0x.", "0x1p", "0x1pz", "0x1p+", "0xp1",
  "0b0", "0b1", "0b101", "0B11", "0b11111111111111111111111111111111", "0b1_0", "0b", "0b2", "0b1.1", "0b12", "0b1e1", "0b1p1",
  "0x1.00000000000008p0", "0x1.000000000000081p0", "0x1.00000000000018p0", "0x0.00000000000000000001p80",
}
for _, s in ipairs(cases) do
  local f, e = loadstring("return " .. s, "=lit")
  if f then print(s, f(), string.format("%.17g", f())) else print(s, e) end
end
