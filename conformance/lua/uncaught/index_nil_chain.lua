-- A chain of fields ends early.
local data = { user = {} }
print(data.user.name)
print(data.user.address.street)
