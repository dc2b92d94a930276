-- stdin: 1\n2\n3\n4.5\n
-- The harness passes these to the script.
local s = 0 for l in io.lines() do s = s + tonumber(l) end print(s)
