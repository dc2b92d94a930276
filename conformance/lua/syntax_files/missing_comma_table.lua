-- A table without a comma.
local t = {
  a = 1,
  b = 2
  c = 3,
}
print(t.a)
