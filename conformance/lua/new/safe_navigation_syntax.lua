-- What parses with ?. and what does not.
local cases = { "return a?.b", "return a?.b.c", "return a?.b?.c", "return a?.[1]", "return a?.()", "return a?.:m()",
  "return a?.b:m()", "return a?.b()", "return a?.'x'", "return a?.{}", "return a?.b'x'", "return a?.b{}",
  "return a?.:m'x'", "return a?.:m{}", "return a?.:m", "return a?.", "return a? .b", "return a ?.b", "return a?. b",
  "return a?.1", "return a?:m()", "return a?[1]", "return a?()", "a?.b()", "a?.()", "a?.:m()", "a?.b", "a?.b = 1",
  "a?.b.c = 1", "a.b?.c = 1", "a?.[1] = 2", "a?.b, c = 1, 2", "a?.b += 1", "a?.b.c()", "(a)?.b()", "('x')?.y()",
  "return 'x'?.y", "return {}?.x", "return nil?.x", "return 5?.x", "return (nil)?.x", "return f()?.x",
  "return f?.()?.x", "return a?..b", "return a?...b", "return a??.b", "return a?.b ?? c", "function a?.b() end",
  "local a?.b = 1", "for a?.b = 1, 2 do end", "return a?.end", "return a?.goto", "return a ? .5 : 1",
  "return a?.b ? c : d", "return ...?.x", "return (...)?.x", "return a?.b -> c", "return -a?.b", "return a?.b^2",
  "return not a?.b", "return a?.[b?.c]?.d", "a?.b'x'", "a?.b{}?.c()", "f'x'?.y()", "f{}?.:y()" }
for _, s in ipairs(cases) do local f, e = loadstring(s, "=n") print(s, e or "ok") end
local function run(s, ...)
  local f = assert(loadstring("local a, b, c = ... return " .. s))
  local ok, r = pcall(f, ...)
  print(s, ok, type(r) == "table" and "{}" or r)
end
local o = { b = { c = function() return "C" end, d = { 1, 2 } }, m = function(s, x) return "M", x end }
for _, v in ipairs{ false, o } do
  for _, e in ipairs{ "a?.b", "a?.b?.d", "a?.b?.d?.[2]", "a?.b?.c()", "a?.b?.c?.()", "a?.:m(1)", "a?.x?.y?.z",
    "a?.x.y", "a?.b.d[1]", "a?.b?.nope?.()", "a?.[b]", "a?.b?.d?.[b + 1]", "(a?.b)?.d", "a?.b == nil",
    "a?.b?.d ?? 'none'", "#(a?.b?.d ?? {})", "a?.:m(a?.b?.d?.[1])" } do run(e, v or nil, 1) end
end
