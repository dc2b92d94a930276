-- Reads a file, loads it a number of times and prints how many modules the last chunk defines.
local path, count = arg[1], tonumber(arg[2])
local file = assert(io.open(path, "rb"))
local source = file:read("*a")
file:close()
local compile = loadstring or load
local chunk
for _ = 1, count do chunk = assert(compile(source, "@" .. path)) end
local modules = 0
if chunk then
  for _ in pairs(chunk()) do modules = modules + 1 end
end
print(modules)
