-- The Mandelbrot and Julia sets in characters.
local chars = " .:-=+*#%@"
local function draw(w, h, f)
  for y = 0, h - 1 do
    local r = {}
    for x = 0, w - 1 do r[x + 1] = f(x / w, y / h) end
    print((table.concat(r):gsub("%s+$", "")))
  end
end
local function iter(zr, zi, cr, ci, max)
  for i = 0, max - 1 do
    local r2, i2 = zr * zr, zi * zi
    if r2 + i2 > 4 then return i end
    zr, zi = r2 - i2 + cr, 2 * zr * zi + ci
  end
  return max
end
local function char(n, max) local k = math.floor(n / max * (#chars - 1)) + 1 return chars:sub(k, k) end
draw(60, 20, function(x, y) return char(iter(0, 0, x * 3.2 - 2.3, y * 2.4 - 1.2, 40), 40) end)
draw(50, 14, function(x, y) return char(iter(x * 3 - 1.5, y * 2.4 - 1.2, -0.8, 0.156, 50), 50) end)
local inside, sum = 0, 0
for i = 0, 99 do
  for j = 0, 99 do
    local n = iter(0, 0, i / 40 - 2, j / 40 - 1.25, 60)
    sum = sum + n
    if n == 60 then inside = inside + 1 end
  end
end
print(inside, sum)
local function sierpinski(n)
  for y = 2 ^ n - 1, 0, -1 do
    local r = { (" "):rep(y) }
    for x = 0, 2 ^ n - 1 - y do r[#r + 1] = bit.band(x, y) == 0 and "* " or "  " end
    print((table.concat(r):gsub("%s+$", "")))
  end
end
sierpinski(3)
local function cantor(s, n)
  print(s)
  if n > 0 then
    cantor(s:gsub("#+", function(r)
      local k = #r / 3
      return k >= 1 and ("#"):rep(k) .. (" "):rep(k) .. ("#"):rep(k) or r
    end), n - 1)
  end
end
cantor(("#"):rep(27), 3)
