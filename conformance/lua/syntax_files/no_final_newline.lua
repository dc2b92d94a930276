-- The error stands at the end without a newline.
local x =