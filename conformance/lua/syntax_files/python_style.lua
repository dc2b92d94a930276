-- Another language.
def f(x):
    return x
