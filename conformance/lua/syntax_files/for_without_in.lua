-- for with names and no in.
for k, v pairs(t) do
  print(k)
end
