-- env: LUA_INIT=fromenv=42
-- The harness passes these to the script.
print(fromenv, ...)
