-- An error that leaves a wrapped coroutine.
local co = coroutine.wrap(function() local function inner() error("in coroutine") end inner() end)
local function call() co() end
call()
