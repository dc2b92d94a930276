-- An error in a loaded string.
local f = loadstring("local a = ...\nreturn a.b.c", "=snippet")
print(pcall(f, { b = { c = 1 } }))
f({})
