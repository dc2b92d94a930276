-- error with level 2 and 0 at the top.
local function check(x) if type(x) ~= "number" then error("number wanted, got " .. type(x), 2) end return x end
print(pcall(check, "s"))
local function user() check("s") end
user()
