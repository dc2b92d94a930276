-- A library function with a wrong argument.
print(("x"):rep(3))
print(("x"):rep("many"))
