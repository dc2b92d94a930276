-- A required module that fails to run.
local f = io.open("broken.lua", "w") f:write("local M = {}\nM.x = nil + 1\nreturn M\n") f:close()
print(pcall(require, "broken"))
require("broken")
