-- A file method on something else.
local f = io.stdout
f.write("no self")
