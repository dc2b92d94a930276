-- A parenthesis on a new line.
local f = print
f
("ambiguous")
