-- A global that is nil is called.
local function main()
  initialise()
end
main()
