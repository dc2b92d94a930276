-- A field that is nil is called.
local lib = { start = function() end }
local function main()
  lib.start()
  lib.stop(1, 2)
end
main()
