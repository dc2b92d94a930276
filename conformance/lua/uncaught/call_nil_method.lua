-- A method that is nil is called.
local obj = { name = "o" }
function obj:go() self:walk() end
obj:go()
