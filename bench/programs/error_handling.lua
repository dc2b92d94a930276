-- pcall, error with strings and tables, xpcall with a handler, nested and rethrown.
-- Measures: protected calls that succeed and that fail, tostring of errors.
-- small: 10
local n = tonumber(arg and arg[1]) or 220000

local function checked(i)
  if i % 4 == 0 then error("bad value " .. i % 10) end
  if i % 4 == 1 then error({ code = i % 100 }) end
  return i
end

local function nested(depth, i)
  if depth == 0 then return checked(i) end
  local ok, result = pcall(nested, depth - 1, i)
  if ok then return result + 1 end
  error(result, 0)
end

local function handler(e)
  return type(e) == "table" and e.code or #e:match(":%d+: (.*)$")
end

local sum, failures = 0, 0
for i = 1, n do
  local ok, result = pcall(checked, i)
  if ok then
    sum = sum + result
  else
    failures = failures + 1
    if type(result) == "table" then
      sum = sum + result.code
    else
      sum = sum + #result:match(":%d+: (.*)$")
    end
  end
  if i % 5 == 0 then
    ok, result = pcall(nested, 5, i)
    if ok then sum = sum + result elseif type(result) == "table" then sum = sum + result.code end
  end
  local fine, value = xpcall(function() return checked(i) end, function(e) return handler(e) % 7 end)
  sum = sum + value + (fine and 1 or 0)
  ok, result = pcall(function() return i.field.missing end)
  if not ok and result:find("attempt to index") then failures = failures + 1 end
  for _ = 1, 5 do
    local _, same = pcall(math.abs, -i)
    sum = sum + same
  end
  sum = sum % 1000000007
end
print(string.format("%d %d", failures, sum))
