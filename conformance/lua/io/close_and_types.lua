-- Closing, double closing, gc of files, popen, tmpfile, metatable of files.
local select, tostring, concat, gsub, out = select, tostring, table.concat, string.gsub, print -- hides addresses:
local print = function(...)
  local r = {}
  for i = 1, select("#", ...) do
    r[i] = gsub((gsub(tostring((select(i, ...))), "0x%x%x%x%x+", "ADDR")), "builtin#%d+", "builtin")
  end
  out(concat(r, "\t"))
end
local f = io.open("c.txt", "w")
print(f:close())
print(pcall(f.close, f))
print(pcall(io.close, f))
print(pcall(io.close, 5))
print(pcall(io.close, {}))
print(tostring(f), io.type(f))
local t = io.tmpfile()
print(io.type(t))
t:write("temp\ndata")
t:seek("set")
print(t:read("*a"))
print(t:close())
local mt = getmetatable(io.stdout)
local k = {}
for n in pairs(mt) do k[#k + 1] = n end
table.sort(k)
print(table.concat(k, " "), mt.__index == mt, mt.__name)
k = {}
for n in pairs(io) do k[#k + 1] = n end
table.sort(k)
print(table.concat(k, " "))
print(pcall(mt.read))
print(pcall(mt.read, 5))
print(pcall(mt.__tostring, 5))
print(pcall(mt.__gc, 5))
print(pcall(mt.write, {}, "x"))
print(pcall(function() return io.stdout.nofield end))
print(pcall(function() io.stdout.x = 1 end))
print(pcall(function() return io.stdout:nomethod() end))
print(pcall(function() return io.stdout + 1 end))
print(io.stdout == io.stdout, io.stdout == io.stderr)
local p = io.popen("echo hello; echo world; exit 0")
print(io.type(p), p:read(), p:read("*a"), p:close())
p = io.popen("exit 3")
print(p:read(), p:close())
p = io.popen("cat > p.txt", "w")
print(p:write("piped"), p:close())
print(io.open("p.txt"):read("*a"))
p = io.popen("kill -9 $$")
print(p:close())
print(pcall(io.popen))
print(pcall(io.popen, "true", "x"))
for l in io.popen("printf 'a\\nb\\nc'"):lines() do io.write(l, " ") end
print()
p = io.popen("no_such_command_zz 2>&1")
print(p:read("*a") ~= "", p:close())
do local g = io.open("c.txt", "w") g:write("collected") end
collectgarbage()
collectgarbage()
print(io.open("c.txt"):read("*a"))
print(pcall(io.lines, nil, "*a") )
for i = 1, 300 do local h = io.open("c.txt") h:close() end
print("many ok")
print(io.stdout:seek() == nil, select("#", io.stdout:seek()), (select(2, io.stdout:seek())))
print(io.stderr:write("to stderr\n"))
os.remove("c.txt")
os.remove("p.txt")
