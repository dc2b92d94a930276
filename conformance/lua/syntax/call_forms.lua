-- Every form of call and index, run against a recording object.
local log = {}
local mt = {}
local function new(name)
  return setmetatable({}, { __index = function(_, k)
    return new and mt.new(name .. "." .. tostring(k))
  end, __call = function(_, ...)
    local a = {}
    for i = 1, select("#", ...) do
      local v = select(i, ...)
      a[i] = type(v) == "table" and (getmetatable(v) and tostring(v) or "{}") or tostring(v)
    end
    return mt.new(name .. "(" .. table.concat(a, ",") .. ")")
  end, __tostring = function() return name end,
    __newindex = function(_, k, v)
    log[#log + 1] = name .. "." .. tostring(k) .. "=" .. tostring(v)
  end, __concat = function(a, b) return tostring(a) .. tostring(b) end })
end
mt.new = new
o = new "o"
for _, e in ipairs{ "o.a", "o.a.b", "o['a']", "o[1]", "o[1][2]", "o.a[1].b", "o()", "o(1)", "o(1, 2)", "o'x'",
  "o\"x\"", "o[[x]]", "o[=[x]=]", "o{}", "o{1}", "o.a()", "o.a'x'", "o.a{}", "o:m()", "o:m(1)", "o:m'x'", "o:m{}",
  "o:m[[y]]", "o:m():n()", "o:m(1):n(2)", "o.a:m()", "o():m()", "o()()()", "o()[1]", "o().x.y", "o[1]()", "o[o]",
  "o[o.x]", "(o)", "(o).a", "(o)()", "(o.a)()", "(o:m())", "(o:m()).x", "o'a''b'", "o{}{}", "o'a'{}", "o'a'.x",
  "o{}:m()", "o(o)", "o(o.a, o.b)", "o(o(1), o(2))", "o(nil)", "o(nil, false)", "o((1))", "o((o()))", "o(...)",
  "o((...))", "o(..., 1)", "o.end_", "o[nil]", "o[true]", "o[1.5]", "o[-1]", "o['end']", "o.goto", "o.continue",
  "o:continue()", "o:goto'x'" } do
  print(e, tostring(assert(loadstring("return " .. e))("p", "q")))
end
for _, s in ipairs{ "o.x = 1", "o[1] = 2", "o.a.b = 3", "o:m().x = 4", "o().y = 5", "(o).z = 6", "o[o] = 7",
  "o.a, o.b = 1, 2", "o[1], o[2], o[3] = 1, 2", "o'x'.y = 8", "function o.f() end", "function o.a.g() end",
  "function o:h() end", "o.x += 'y'" } do
  log = {}
  print(s, pcall(assert(loadstring(s))))
  print((table.concat(log, " "):gsub("0x%x+", "ADDR")))
end
