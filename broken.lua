local M = {}
M.x = nil + 1
return M
