-- Calls f(i, t[i]) for i from 1 to last, until it returns something. The access to the table is raw.
return function(t, f, last)
  for i = 1, last do
    local result = f(i, t[i])
    if result ~= nil then return result end
  end
end
