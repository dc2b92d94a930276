local total = 0

local function add(n)
  local sum = total + n
  total = sum
  return sum
end

for i = 1, 3 do
  add(i)
end
print("total", total)
