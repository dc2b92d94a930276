-- Exits before instructions that take open results: those may lie above all slots that the function's code names.

local function largest(...)
  return math.max(...)
end
local function list(...)
  return { ... }
end
local function forward(f, ...)
  return f(...)
end

local total = 0
for i = 1, 300 do
  total = total + largest(i, 3, 17, -4) + #list(i, 1, 2, 3, 4, 5) + forward(largest, 1, 2, 3, i, 4)
end
print(total)

for i = 1, 100 do
  total = total + largest(i, i % 3 == 0 and 400 or 2, 1) + select("#", unpack(list(i, nil, 2, nil, i), 1, 5))
end
print(total)
