-- Finalizers at normal exit, in reverse order of creation.
objs = {}
for i = 1, 5 do
  local p = newproxy(true)
  getmetatable(p).__gc = function() io.write("final ", i, "\n") end
  objs[i] = p
end
last = newproxy(true) getmetatable(last).__gc = function() error("swallowed at exit") end
print("script done")
