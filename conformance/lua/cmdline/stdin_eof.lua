-- stdin: 
-- The harness passes these to the script.
print(io.read(), io.read(0), io.read("*a"), io.read("*n"))
