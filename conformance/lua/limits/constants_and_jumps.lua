-- Many constants, long jumps, big tables, many functions, long lines.
local function run(what, src, ...)
  local f, e = loadstring(src, "=big")
  if not f then return print(what, e) end
  print(what, pcall(f, ...))
end
local function seq(n, fmt, sep)
  local r = {}
  for i = 1, n do r[i] = fmt:gsub("#", i) end
  return table.concat(r, sep or " ")
end
for _, n in ipairs{ 100, 255, 256, 257, 300, 1000, 5000, 20000 } do
  run("strings " .. n, "local t = {} " .. seq(n, "t[#] = 's#'") .. " return #t, t[" .. n .. "]")
  run("numbers " .. n, "local s = 0 " .. seq(n, "s = s + #.5") .. " return s")
  run("fields " .. n, "local t = {} " .. seq(n, "t.f# = #") .. " return t.f1, t.f" .. n)
  run("functions " .. n, "local t = {} " .. seq(n, "t[#] = function() return # end") .. " return t[1](), t[" .. n .. "]()")
  run("globals " .. n, seq(n, "g# = #") .. " return g1 + g" .. n)
  run("if chain " .. n, "local x = ... " .. seq(n, "if x == # then return 'hit#' end") .. " return 'none'", n)
end
for _, n in ipairs{ 100, 1000, 8000, 10000, 12000 } do
  run("long loop " .. n, "local s = 0 for i = 1, 2 do " .. seq(n, "s = s + 1") .. " end return s")
  run("long while " .. n, "local s, i = 0, 0 while i < 2 do i = i + 1 " .. seq(n, "s = s + 1") .. " end return s")
  run("long if " .. n, "local s = 0 if s == 1 then " .. seq(n, "s = s + 1") .. " else s = -1 end return s")
  run("long and " .. n, "return " .. seq(n, "1", " and "))
end
run("long line", "return 1" .. (" "):rep(1000000) .. "+ 1")
run("many lines", ("\n"):rep(100000) .. "return debug.getinfo(1, 'l').currentline")
run("long string", "return #'" .. ("x"):rep(2000000) .. "'")
run("long name", "local " .. ("n"):rep(10000) .. " = 5 return " .. ("n"):rep(10000))
run("long comment", "--[[" .. ("c"):rep(1000000) .. "]] return 'after'")
run("deep concat", "return #(" .. seq(200, "'a'", "..") .. ")")
run("semicolons", (";"):rep(1))
