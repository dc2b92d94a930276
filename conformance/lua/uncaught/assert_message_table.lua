-- assert with a table as message.
assert(false, { code = 1 })
