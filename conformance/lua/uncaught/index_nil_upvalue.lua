-- An upvalue that is nil is indexed.
local config
local function get(k) return config[k] end
print(get("x"))
