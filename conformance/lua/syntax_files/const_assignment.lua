-- An assignment to a const.
const limit = 10
print(limit)
limit = 11
