-- for over a table without pairs.
for k, v in { 1, 2 } do print(k, v) end
