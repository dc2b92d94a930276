-- stdin: the quick brown\nfox jumps\n
-- The harness passes these to the script.
local t = {} for w in io.read("*a"):gmatch("%a+") do t[#t + 1] = w end table.sort(t) print(#t, table.concat(t, " "))
