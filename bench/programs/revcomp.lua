-- Reverse complement of generated DNA, split again into lines of 60.
-- Measures: string.reverse, gsub with a table, string.sub, concat.
-- small: 1000
local n = tonumber(arg and arg[1]) or 6000000

local seed = 7
local function random()
  seed = (seed * 3877 + 29573) % 139968
  return seed
end

local CODES = "ACGTMRWSYKVHDBN"
local lines = {}
for i = 1, math.ceil(n / 60) do
  local start = random() % 15
  local step = random() % 14 + 1
  local line = {}
  for j = 1, 60 do
    local k = (start + j * step) % 15 + 1
    line[j] = string.sub(CODES, k, k)
  end
  lines[i] = table.concat(line)
end
local text = table.concat(lines, "\n")

local complement = {}
local from, to = "ACGTUMRWSYKVHDBN", "TGCAAKYWSRMBDHVN"
for i = 1, #from do
  complement[string.sub(from, i, i)] = string.sub(to, i, i)
end

local function revcomp(dna)
  local flat = string.gsub(dna, "%s", "")
  local reversed = string.gsub(string.reverse(flat), ".", complement)
  local out = {}
  for i = 1, #reversed, 60 do out[#out + 1] = string.sub(reversed, i, i + 59) end
  return table.concat(out, "\n")
end

local function checksum(s)
  local h = 0
  for i = 1, #s, 997 do h = (h * 31 + string.byte(s, i)) % 16777213 end
  return h
end

local once = revcomp(text)
print(string.format("%d %d", #once, checksum(once)))
print(revcomp(once) == text)
local lower = string.gsub(string.lower(once), "%a+", function(line) return string.upper(line) end)
print(lower == once)
