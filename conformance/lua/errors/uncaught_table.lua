-- An uncaught error value that is no string.
print("start")
error({ code = 2 })
