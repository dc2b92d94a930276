-- White space and line counting.
local ws = { " ", "\t", "\n", "\r", "\v", "\f", "\r\n", "\n\r", "\n\n", "\r\r", "\r\n\r\n", "\n\r\n\r", " \t\v\f " }
for i, w in ipairs(ws) do
  local f = assert(loadstring("return" .. w .. "1" .. w .. "+" .. w .. "2" .. w, "=w"))
  print(i, f())
  print(i, loadstring(w .. "error('x')", "=w") and select(2, pcall(loadstring(w .. "error('x')", "=w"))))
  print(i, select(2, loadstring(w .. "x x", "=w")))
end
for _, c in ipairs{"\0", "\1", "\27", "\160", "\239\187\191"} do
  local e = select(2, loadstring("return" .. c .. "1", "=w"))
  print(e and (e:gsub("[^ -~]", function(b) return ("<%d>"):format(b:byte()) end)) or "ok")
end
