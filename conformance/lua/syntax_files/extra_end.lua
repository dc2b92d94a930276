-- One end too many.
local function f()
  return 1
end
end
print(f())
