-- A tail call writes captured variables back to slots, and another brings the slots' old values back: exits have to write them.
local trap = {}
local function close_then(name, n, i, down)
  local a, b = n * 2, n * 3
  local function step(c, p)
    if trap[p] then trap[p] = trap[p] + 1 end
    if p <= 0 then return c + n + a + b, name end
    return down(c + a + b, p - 1)
  end
  return step(n, i)
end
local function down(n, i)
  if n > 1000 then n = n % 7 end
  return close_then("x" .. i, n, i, down)
end
for i = 1, 60 do trap[i % 9] = 0 print(i, down(i, i)) end

-- The same with an exit in the function called last.
local function outer(s, n, k)
  local e, f, g, h = s, n, k, s
  local function inner(c, p)
    if n > p then return e, f, g, h, c, p end
    if p % 4 == 3 then c = c + 0.5 end
    return outer(s, c + 1, k)
  end
  return inner(n, k)
end
for i = 1, 40 do print(i, outer("s" .. i, 1, i)) end

-- Twice the same slot.
local function swap(a, b, c, d)
  local function get() return a, b, c, d end
  if a > 40 then return get() end
  local function take(b2, a2, c2, d2)
    local function show() return a2, b2, c2, d2 end
    if a2 % 5 == 4 then return swap(select(1, show()) + 1, b2, c2, d2) end
    return swap(a2 + 1, b2, c2, d2)
  end
  return take(b, a, d, c)
end
print(swap(1, "b", "c", "d"))
for i = 1, 30 do print(swap(i, "b" .. i, "c", {} and "d")) end
