-- Counts nucleotide sequences of several lengths in generated DNA.
-- Measures: string.sub, hash tables keyed by short strings, sort.
-- small: 500
-- long: 4000000
local n = tonumber(arg and arg[1]) or 2500000

local seed = 42
local function random()
  seed = (seed * 3877 + 29573) % 139968
  return seed / 139968
end

local function dna(length)
  local letters = {}
  for i = 1, length do
    local r = random()
    letters[i] = r < 0.30 and "A" or r < 0.50 and "C" or r < 0.70 and "G" or "T"
  end
  return table.concat(letters)
end

local function count(seq, frame)
  local counts = {}
  local sub = string.sub
  for i = 1, #seq - frame + 1 do
    local key = sub(seq, i, i + frame - 1)
    counts[key] = (counts[key] or 0) + 1
  end
  return counts
end

local function frequencies(seq, frame)
  local counts, keys = count(seq, frame), {}
  for key in pairs(counts) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local ca, cb = counts[a], counts[b]
    if ca == cb then return a < b end
    return ca > cb
  end)
  local total = #seq - frame + 1
  for _, key in ipairs(keys) do
    print(string.format("%s %.3f", key, counts[key] * 100 / total))
  end
end

local seq = dna(n)
frequencies(seq, 1)
frequencies(seq, 2)
for _, fragment in ipairs { "GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT" } do
  print(string.format("%d\t%s", count(seq, #fragment)[fragment] or 0, fragment))
end
