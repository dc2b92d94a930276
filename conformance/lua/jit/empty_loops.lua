-- Loops without a body are nothing but their instruction.
for i = 1, 1000 do end
for i = 1000, 1, -1 do end
for i = 1, 2, 1 / 512 do end
local n = 0
repeat n = n + 1 until n > 300
while n > 0 do n = n - 1 end
for k in pairs({ 1, 2, 3 }) do end
local big = {}
for i = 1, 300 do big[i] = i end
for k in pairs(big) do end
for k, v in ipairs(big) do end
for k, v in next, big do end
local function count(max) for i = 1, max do end return max end
local sum = 0
for i = 1, 200 do sum = sum + count(i) end
print(n, #big, sum)
for i = 1, 300 do for j = 1, i do end end
print(pcall(function() for i = 1, {} do end end))
