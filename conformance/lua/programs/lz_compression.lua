-- LZ77, LZW, run-length and Huffman coding, round trips.
local function rle(s) return (s:gsub("(.)%1*", function(c) return c end)) end
local function rle_encode(s)
  local out, i = {}, 1
  while i <= #s do
    local c = s:sub(i, i)
    local j = i
    while s:sub(j + 1, j + 1) == c and j - i < 8 do j = j + 1 end
    out[#out + 1] = (j - i + 1) .. c
    i = j + 1
  end
  return table.concat(out)
end
local function rle_decode(s) return (s:gsub("(%d)(.)", function(n, c) return c:rep(tonumber(n)) end)) end
local function lz77(s)
  local out, i = {}, 1
  while i <= #s do
    local best, dist = 0, 0
    for d = 1, math.min(i - 1, 255) do
      local n = 0
      while n < 15 and i + n <= #s and s:byte(i + n) == s:byte(i - d + n) do n = n + 1 end
      if n > best then best, dist = n, d end
    end
    if best >= 3 then
      out[#out + 1] = ("<%d,%d>"):format(dist, best)
      i = i + best
    else out[#out + 1] = s:sub(i, i) i = i + 1 end
  end
  return table.concat(out)
end
local function unlz77(s)
  local out = ""
  local i = 1
  while i <= #s do
    local d, n, e = s:match("^<(%d+),(%d+)>()", i)
    if d then
      d, n = tonumber(d), tonumber(n)
      for _ = 1, n do out = out .. out:sub(#out - d + 1, #out - d + 1) end
      i = e
    else out = out .. s:sub(i, i) i = i + 1 end
  end
  return out
end
local function lzw(s)
  local dict, n = {}, 256
  for i = 0, 255 do dict[string.char(i)] = i end
  local out, w = {}, ""
  for c in s:gmatch(".") do
    if dict[w .. c] then w = w .. c else out[#out + 1] = dict[w] dict[w .. c] = n n = n + 1 w = c end
  end
  if w ~= "" then out[#out + 1] = dict[w] end
  return out
end
local function unlzw(codes)
  local dict, n = {}, 256
  for i = 0, 255 do dict[i] = string.char(i) end
  local prev, out = nil, {}
  for _, c in ipairs(codes) do
    local e = dict[c] or prev .. prev:sub(1, 1)
    out[#out + 1] = e
    if prev then dict[n] = prev .. e:sub(1, 1) n = n + 1 end
    prev = e
  end
  return table.concat(out)
end
local function huffman(s)
  local freq, nodes = {}, {}
  for c in s:gmatch(".") do freq[c] = (freq[c] or 0) + 1 end
  for c, f in pairs(freq) do nodes[#nodes + 1] = { c = c, f = f, key = c } end
  while #nodes > 1 do
    table.sort(nodes, function(a, b) if a.f ~= b.f then return a.f > b.f end return a.key > b.key end)
    local a, b = table.remove(nodes), table.remove(nodes)
    nodes[#nodes + 1] = { l = a, r = b, f = a.f + b.f,
      key = math.min(a.key:byte(), b.key:byte()) and (a.key < b.key and a.key or b.key) }
  end
  local codes = {}
  local function walk(n, p)
    if n.c then codes[n.c] = p == "" and "0" or p else walk(n.l, p .. "0") walk(n.r, p .. "1") end
  end
  if nodes[1] then walk(nodes[1], "") end
  local bits = s:gsub(".", codes)
  local inv = {}
  for c, b in pairs(codes) do inv[b] = c end
  local dec, cur = {}, ""
  for b in bits:gmatch(".") do cur = cur .. b if inv[cur] then dec[#dec + 1] = inv[cur] cur = "" end end
  return #bits, table.concat(dec) == s, codes
end
for _, s in ipairs{ "", "a", "aaaaaaaaaaaa", "abcabcabcabc", "TOBEORNOTTOBEORTOBEORNOT",
  "the rain in spain stays mainly in the plain", ("xyz"):rep(40), ("ab"):rep(10) .. ("ba"):rep(10) } do
  local z = lz77(s)
  local w = lzw(s)
  local bits, ok = huffman(s)
  print(#s, rle_encode(s):sub(1, 40), rle_decode(rle_encode(s)) == s, #z, unlz77(z) == s, #w, unlzw(w) == s, bits, ok)
  print("", z:sub(1, 70))
  print("", table.concat(w, " ", 1, math.min(#w, 15)))
end
print(rle("aabbccd"))
local _, _, codes = huffman("abracadabra")
for _, c in ipairs{ "a", "b", "r", "c", "d" } do print(c, codes[c]) end
