-- An error in a chunk named by its source.
local f = loadstring("error('from source')")
f()
