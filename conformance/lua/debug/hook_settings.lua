-- What `debug.gethook` tells of what `debug.sethook` was given.
local function hook() end
local function show() local f, mask, count = debug.gethook() debug.sethook() print(f == hook or f, mask, count) end
for _, mask in ipairs{"", "x", "c", "r", "l", "cr", "lrc", "lxlc", "CRL"} do
  for _, count in ipairs{0, 1, 1.9, 70, -1, -2^31, 2^31 - 1, "5"} do
    io.write(mask, " ", count, ": ") debug.sethook(hook, mask, count) show()
  end
  io.write(mask, ": ") debug.sethook(hook, mask) show()
  io.write(mask, " after: ") debug.sethook(hook, "crl", 3) debug.sethook(hook, mask) show()
  io.write(mask, " nil: ") debug.sethook(nil, mask, 5) show()
end
debug.sethook(hook, "") show() debug.sethook(hook, "l") debug.sethook(hook, "") show() show()
print(pcall(debug.sethook, hook)) print(pcall(debug.sethook, hook, {})) print(pcall(debug.sethook, 5, "l")) print(pcall(debug.sethook, hook, "l", "x")) print(pcall(debug.sethook, hook, "l", {}))
debug.sethook() show()
