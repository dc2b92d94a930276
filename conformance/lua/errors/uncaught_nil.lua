-- error() without a value at the top.
print("start")
error()
