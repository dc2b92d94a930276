-- An error among variadic functions.
local function v(...) local a, b = ... return a + b end
print(v(1, 2, 3))
print(v(1))
