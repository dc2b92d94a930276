-- Output before the error comes out.
for i = 1, 3 do io.write(i, " ") end
io.stdout:write("then ")
error("stop")
