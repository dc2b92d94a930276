-- // is no operator here.
print(7 // 2)
