-- Arithmetic on a word.
local price = "ten"
print("5" + 1)
print(price * 2)
