-- A numeric for without a limit.
for i = 1 do
  print(i)
end
