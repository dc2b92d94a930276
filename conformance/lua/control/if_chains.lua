-- if, elseif, else with all kinds of conditions.
local function classify(x)
  if x == nil then return "nil" elseif x == true then return "true" elseif not x then return "false"
  elseif type(x) == "number" then
    if x < 0 then return "neg" elseif x == 0 then return "zero" elseif x < 10 then return "small" else return "big" end
  elseif type(x) == "string" and #x > 3 then return "long" elseif type(x) == "string" then return "short"
  else return "other" end
end
for _, v in ipairs{ true, false, -1, 0, 5, 10, 1e9, "ab", "abcd", {}, print } do print(type(v), classify(v)) end
print(classify(nil))
for a = 0, 3 do
  for b = 0, 3 do
    local s = ""
    if a < b then s = s .. "<" end
    if a <= b then s = s .. "L" end
    if a > b then s = s .. ">" end
    if a >= b then s = s .. "G" end
    if a == b then s = s .. "=" end
    if a ~= b then s = s .. "!" end
    if not (a < b) then s = s .. "n<" end
    if not (a == b) then s = s .. "n=" end
    if not (a <= b and b ~= 2) then s = s .. "&" end
    if a == 1 or b == 1 or a + b == 4 then s = s .. "|" end
    if a < 2 then s = s .. "k" elseif 2 <= b then s = s .. "K" else s = s .. "-" end
    if "x" == a then s = s .. "?" end
    if nil == a then s = s .. "?" end
    print(a, b, s)
  end
end
local n = 0/0
if n < n then print"lt" elseif n > n then print"gt" elseif n == n then print"eq" else print"unordered" end
if not (n < 1) then print"not lt" end if not (n >= 1) then print"not ge" end if n ~= n then print"ne" end
if nil then elseif false then else print"empty branches" end
