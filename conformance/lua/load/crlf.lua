local a = 1
local b = 2
return a + b, debug.getinfo(1, 'l').currentline