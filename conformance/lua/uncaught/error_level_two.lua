-- The position of the caller.
local function check(x)
  if x < 0 then
    error("negative", 2)
  end
end
local function caller()
  check(1)
  check(-1)
end
caller()
