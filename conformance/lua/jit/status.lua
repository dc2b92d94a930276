-- expect-different: jit-status
-- Nothing compiles yet, and no optimisation is on.
jit.on()
print((jit.status()), select("#", jit.status()) == 1)
