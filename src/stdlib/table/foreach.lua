-- Calls f(key, value) for each entry of t, until it returns something.
return function(t, f, next)
  for key, value in next, t do
    local result = f(key, value)
    if result ~= nil then return result end
  end
end
