-- Caesar, Vigenère, Atbash, rail fence, Playfair, XOR, Morse.
local function caesar(s, k)
  return (s:gsub("%a", function(c)
    local b = c:match("%l") and 97 or 65
    return string.char((c:byte() - b + k) % 26 + b)
  end))
end
for _, k in ipairs{ 0, 1, 3, 13, 25, 26, -3 } do local e = caesar("Hello, World!", k) print(k, e, caesar(e, -k)) end
local function vig(s, key, dir)
  local i = 0
  return (s:gsub("%a", function(c)
    local b = c:match("%l") and 97 or 65
    i = i % #key + 1
    local k = (key:lower():byte(i) - 97) * dir
    return string.char((c:byte() - b + k) % 26 + b)
  end))
end
local v = vig("Attack at dawn, bring LEMONS", "Lemon", 1)
print(v, vig(v, "Lemon", -1))
print((("Wizard"):gsub("%a", function(c)
  local b = c:match("%l") and 97 or 65
  return string.char(25 - (c:byte() - b) + b)
end)))
local function rail(s, n)
  local r, row, d = {}, 1, 1
  for i = 1, n do r[i] = {} end
  for c in s:gmatch(".") do
    table.insert(r[row], c)
    if row == n then d = -1 elseif row == 1 then d = 1 end
    row = n == 1 and 1 or row + d
  end
  for i = 1, n do r[i] = table.concat(r[i]) end
  return table.concat(r, "|")
end
for n = 1, 4 do print(n, rail("WEAREDISCOVEREDFLEEATONCE", n)) end
local function xor(s, k)
  local i = 0
  return (s:gsub(".", function(c) i = i % #k + 1 return string.char(bit.bxor(c:byte(), k:byte(i))) end))
end
local x = xor("secret message", "key")
print((x:gsub(".", function(c) return ("%02x"):format(c:byte()) end)), xor(x, "key"))
local morse = { a = ".-", b = "-...", c = "-.-.", d = "-..", e = ".", h = "....", l = ".-..", o = "---", r = ".-.",
  s = "...", w = ".--" }
local inv = {}
for k, c in pairs(morse) do inv[c] = k end
local function tom(s)
  return (s:lower():gsub("%a", function(c) return (morse[c] or "?") .. " " end):gsub(" +$", ""))
end
print(tom("sos"), tom("hello world"))
print((tom("hello"):gsub("[%.%-]+ ?", function(t) return inv[t:match("%S+")] or "?" end)))
local function square(key)
  local seen, out = { j = true }, {}
  for c in (key .. "abcdefghiklmnopqrstuvwxyz"):gmatch("%l") do
    if not seen[c] then seen[c] = true out[#out + 1] = c end
  end
  return out
end
local sq = square("playfair example")
for r = 0, 4 do print(table.concat(sq, " ", r * 5 + 1, r * 5 + 5)) end
local pos = {}
for i, c in ipairs(sq) do pos[c] = { math.floor((i - 1) / 5), (i - 1) % 5 } end
local function pf(s)
  return (s:gsub("(%l)(%l)", function(a, b)
    local p, q = pos[a], pos[b]
    local function at(r, c) return sq[r % 5 * 5 + c % 5 + 1] end
    if p[1] == q[1] then
      return at(p[1], p[2] + 1) .. at(q[1], q[2] + 1)
    elseif p[2] == q[2] then return at(p[1] + 1, p[2]) .. at(q[1] + 1, q[2]) end
    return at(p[1], q[2]) .. at(q[1], p[2])
  end))
end
print(pf("hidethegoldinthetrexestump"))
