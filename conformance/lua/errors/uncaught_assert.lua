-- assert with a message, a table and nothing.
print(pcall(assert, false))
assert(1 == 2, "arithmetic still works")
