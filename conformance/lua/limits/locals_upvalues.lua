-- 200 locals, 60 upvalues, constants, parameters, long expressions.
local function names(p, n) local r = {} for i = 1, n do r[i] = p .. i end return table.concat(r, ",") end
local function try(what, n, src) local f, e = loadstring(src, "=lim") print(what, n, f and "ok" or e) return f end
for _, n in ipairs{ 1, 199, 200, 201, 250, 300 } do
  try("locals", n, "local " .. names("a", n))
  try("locals sep", n, (("local x "):rep(n)))
  try("locals in function", n, "function f() local " .. names("a", n) .. " end")
  -- (The line in LuaJIT's message about too many parameters is that of uninitialised memory.)
  if n <= 200 then try("params", n, "function f(" .. names("a", n) .. ") end") end
  if n <= 200 then try("params vararg", n, "function f(" .. names("a", n - 1) .. (n > 1 and "," or "") .. "...) end") end
  try("locals blocks", n, ("do local x end "):rep(n))
  try("nested blocks", n, ("do local x "):rep(math.min(n, 190)) .. ("end "):rep(math.min(n, 190)))
  try("for vars", n, "for " .. names("v", n) .. " in x do end")
  try("local function", n, ("local function f() end "):rep(n))
end
for _, n in ipairs{ 59, 60, 61, 100 } do
  try("upvalues", n, "local " .. names("u", n) .. " return function() return " .. names("u", n) .. " end")
  try("upvalues assigned", n, "local " .. names("u", n) .. " return function() " .. names("u", n) .. " = 1 end")
  try("upvalues through", n, "local " .. names("u", n) .. " return function() return function() return " .. names("u",
    n) .. " end end")
end
for _, n in ipairs{ 10, 100, 240, 250, 260, 500 } do
  try("call args", n, "f(" .. names("x", n) .. ")")
  try("return values", n, "return " .. names("x", n))
  try("multi assign", n, names("x", n) .. " = 1")
  try("concat", n, "return " .. names("x", n):gsub(",", ".."))
  try("table items", n, "return {" .. names("x", n) .. "}")
  try("nested calls", math.min(n, 190), "return " .. ("f("):rep(math.min(n, 190)) .. (")"):rep(math.min(n, 190)))
  try("add chain", n, "return " .. names("x", n):gsub(",", "+"))
  try("and chain", n, "return " .. names("x", n):gsub(",", " and "))
  try("right assoc", math.min(n, 190), "return " .. names("x", math.min(n, 190)):gsub(",", "^"))
  try("paren right", math.min(n, 190),
    "return " .. ("x+("):rep(math.min(n, 190)) .. "1" .. (")"):rep(math.min(n, 190)))
  try("index chain", n, "return x" .. (".y"):rep(n))
  try("method chain", n, "return x" .. (":m()"):rep(n))
end
