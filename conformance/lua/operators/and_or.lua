-- Short circuit: values, evaluation order, nesting in conditions.
local log = {}
local function v(x) log[#log + 1] = tostring(x) return x end
local function flush(...) print(table.concat(log, ","), ...) log = {} end
local vals = { nil, true, false, 0, "" }
for i = 1, 5 do for j = 1, 5 do
  local a, b = vals[i], vals[j]
  flush(v(a) and v(b)) flush(v(a) or v(b)) flush(not v(a) and v(b)) flush(not (v(a) or v(b)))
end end
for i = 1, 5 do
  for j = 1, 5 do
    for k = 1, 5, 2 do
      local a, b, c = vals[i], vals[j], vals[k]
      local r = {}
      r[1] = tostring(a and b or c)
      r[2] = tostring(a or b and c)
      r[3] = tostring((a or b) and c)
      r[4] = tostring(not a or not b and not c)
      if a and b or c then r[5] = "T" else r[5] = "F" end
      if not (a and b) and c then r[6] = "T" else r[6] = "F" end
      if (a or b) and not c then r[7] = "T" else r[7] = "F" end
      local x = a == b and c ~= a or b == c
      r[8] = tostring(x)
      print(table.concat(r, " "))
    end
  end
end
print(nil and 1, false and 1, 1 and nil, nil or false, false or nil, 1 and 2 and 3, nil or nil or 4, 1 and nil or 5,
  (1 and 2) == 2)
