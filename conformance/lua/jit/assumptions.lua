-- What compiled loops take for granted, and `debug` changes.
local function loop(f) local r for i = 1, 200 do r = f(i) end return r end

-- Metatables of types.
local function of_number(i) return (i).x end
local function of_nil() local n return n.x end
local function of_boolean(i) return (i > 0).x end
local function of_string() return ("x").y end
local function of_function() return loop.x end
local function by_length() return #loop end
local function by_call(i) return (i)(i + 1) end
local function by_order(i) return loop < print end
local all = { of_number, of_nil, of_boolean, of_string, of_function, by_length, by_call, by_order }
local function try(what)
  for i, f in ipairs(all) do
    local ok, e = pcall(loop, f)
    print(what, i, ok, ok and tostring(e) or e:gsub("^.-:%d+: ", ""))
  end
end
try("none")
local function handlers(n)
  return {
    __index = function(v, k) return k .. n end, __len = function() return n end,
    __call = function(v, a) return a + n end, __lt = function() return n == 1 end,
  }
end
local strings = debug.getmetatable("")
for n = 1, 2 do
  local mt = handlers(n)
  for _, v in ipairs { 1, true, print, "" } do debug.setmetatable(v, mt) end
  debug.setmetatable(nil, mt)
  try(n)
end
for _, v in ipairs { 1, true, print } do debug.setmetatable(v, nil) end
debug.setmetatable(nil, nil)
debug.setmetatable("", strings)
try("none again")

-- In the midst of a loop.
local r = {}
for i = 1, 200 do
  if i == 100 then debug.setmetatable(1, { __index = { x = "there" } }) end
  if i == 150 then debug.setmetatable(1, nil) end
  r[#r + 1] = pcall(of_number, i) and 1 or 0
end
print(table.concat(r))

-- Environments.
local function global() return x end
x = "old"
print(loop(global))
setfenv(global, { x = "new" })
print(loop(global))
r = {}
for i = 1, 120 do
  if i % 30 == 0 then setfenv(global, { x = i }) end
  r[#r + 1] = global()
end
print(table.concat(r, " "))

-- Metatables of tables, exchanged and changed.
local t = setmetatable({}, { __index = function() return 1 end })
local function index() return t.k end
r = {}
for i = 1, 200 do
  if i == 50 then getmetatable(t).__index = function() return 2 end end
  if i == 90 then getmetatable(t).__index = { k = 3 } end
  if i == 120 then setmetatable(t, nil) end
  if i == 160 then debug.setmetatable(t, { __index = function() return 4 end }) end
  r[#r + 1] = tostring(index())
end
print(table.concat(r))
