-- An escape that is none.
print("ok")
print("bad \q escape")
