-- A long comment without its end.
print(1)
--[[ comment
print(2)
