-- The inner block lacks its end; the outer one is reported.
local function f(t)
  for i, v in ipairs(t) do
    if v then
      print(v)
  end
  return t
end
f{}
