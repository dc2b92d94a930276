-- jit.* that does not depend on what was compiled.
print(type(jit.version), jit.version_num, jit.arch, jit.os)
print(type(jit.on), type(jit.off), type(jit.flush), type(jit.status), type(jit.attach), type(jit.opt),
  type(jit.opt.start), type(jit.security))
local names = {}
for k in pairs(jit) do names[#names + 1] = k end
table.sort(names)
print(table.concat(names, " "))
print(select("#", jit.on()), select("#", jit.off()), (jit.status()))
jit.on()
print(pcall(jit.on, print), pcall(jit.off, function() end), pcall(jit.off, true),
  pcall(jit.on, function() end, true), pcall(jit.flush), pcall(jit.flush, function() end))
for _, c in ipairs{ "jit.on(5)", "jit.off('x')", "jit.on({})", "jit.flush('x')", "jit.flush(99999)", "jit.flush({})",
  "jit.opt.start('x')", "jit.opt.start(3)", "jit.opt.start('hotloop=10', 'maxtrace=500')",
  "jit.opt.start('nosuch=1')", "jit.opt.start('+fold')", "jit.opt.start('-fold')", "jit.opt.start('nofold')",
  "jit.opt.start({})", "jit.opt.start()", "jit.attach(5)", "jit.attach(print)", "jit.attach(print, 'nosuch')",
  "jit.attach(function() end)", "select('#', jit.status()) > 0", "type((jit.status()))" } do
  print(c, pcall(assert(loadstring("return (function(...) return ... end)(" .. c .. ")", "=c"))))
end
jit.opt.start(3)
print(package.loaded.jit == jit, package.loaded["jit.opt"] == jit.opt, type(require("jit.util")),
  type(require("jit.opt")))
local function f(x) local s = 0 for i = 1, x do s = s + i end return s end
jit.off(f)
print(f(100))
jit.on(f)
print(f(1000))
jit.flush()
print(f(10000))
