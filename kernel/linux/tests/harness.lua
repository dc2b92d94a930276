-- Runs a conformance script, given as text, and returns what it prints.
local source = ...
local out = {}
function print(...)
  local line = {}
  for i = 1, select("#", ...) do
    line[i] = tostring((select(i, ...)))
  end
  out[#out + 1] = table.concat(line, "\t")
end
local script, failure = load(source, "=script")
if not script then
  return "no Lua: " .. failure
end
local ok, problem = pcall(script)
if not ok then
  out[#out + 1] = "error: " .. tostring(problem)
end
out[#out + 1] = ""
return table.concat(out, "\n")
